# shellcheck shell=bash
# Sourced by scripts that build images, so that the builds trust the certificates of this machine.
bundle=/etc/ssl/certs/ca-certificates.crt
if [ -z "${BUILD_CA_BUNDLE-}" ] && [ -e "$bundle" ]; then export BUILD_CA_BUNDLE=$bundle; fi
