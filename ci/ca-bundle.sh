# shellcheck shell=bash
# Sourced by the scripts that build images: the builds trust the certificates that this machine trusts.
bundle=/etc/ssl/certs/ca-certificates.crt
if [ -z "${BUILD_CA_BUNDLE-}" ] && [ -e "$bundle" ]; then export BUILD_CA_BUNDLE=$bundle; fi
