# Conftest asks this package unless it is told another one with --namespace.
package main

deny contains message if some message in data.dev_only.deny
