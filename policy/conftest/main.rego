# Conftest evaluates this package by default; --namespace selects another one.
package main

deny contains message if some message in data.dev_only.deny
