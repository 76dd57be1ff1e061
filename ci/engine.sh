#!/usr/bin/env bash
# Install what the container tests need: a Docker engine, Compose, buildx, the base image, emulation
# for arm64, and an SSH server to deploy to. Parts that exist are not changed.
#
#   ci/engine.sh start              install and start the missing parts (Debian or Ubuntu; root or sudo)
#   ci/engine.sh stop               stop the engine if `start` started it
#   ci/engine.sh install COMMAND    install the package of this name, unless the command exists
set -euo pipefail
cd "$(dirname "$0")/.."

state=$PWD/.cache/engine
mirror=http://deb.debian.org/debian
base=debian:trixie-slim

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }
fail() { echo "ci/engine.sh: $*" >&2; exit 1; }

install_packages() {
  command -v apt-get >/dev/null || fail "no apt-get to install $*: install them yourself, or use Debian or Ubuntu"
  as_root apt-get update -qq
  DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends \
    -o DPkg::Lock::Timeout=300 "$@" >/dev/null # another program may be installing
}

# Run apt-get with the packages of Debian 13, whatever the release of this machine.
apt_trixie() {
  local apt=$state/apt
  mkdir -p "$apt/lists/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$apt/sources.list"
  apt-get -qq -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State::Lists="$apt/lists" -o APT::Sandbox::User=root "$@"
}

start_engine() {
  docker info >/dev/null 2>&1 && return
  echo "ci/engine.sh: no Docker engine is running: starting Debian's"
  command -v dockerd >/dev/null || install_packages docker.io iptables
  as_root setsid dockerd --pidfile "$state/dockerd.pid" >"$state/dockerd.log" 2>&1 </dev/null 9>&- &
  for _ in {1..60}; do
    docker info >/dev/null 2>&1 && return
    sleep 0.5
  done
  tail -n 20 "$state/dockerd.log" >&2
  fail "dockerd did not start; its log is above"
}

# The plugins of Debian 13 are linked statically and work with any engine.
add_plugins() {
  docker compose version >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1 && return
  echo "ci/engine.sh: fetching Compose and buildx"
  apt_trixie update
  (cd "$state" && apt_trixie download docker-compose docker-buildx)
  for package in "$state"/docker-{compose,buildx}_*.deb; do dpkg -x "$package" "$state/plugins"; done
  as_root mkdir -p /usr/local/lib/docker/cli-plugins
  as_root cp "$state"/plugins/usr/libexec/docker/cli-plugins/* /usr/local/lib/docker/cli-plugins/
}

add_base_image() {
  docker image inspect "$base" >/dev/null 2>&1 && return
  docker pull --quiet "$base" 2>/dev/null && return
  echo "ci/engine.sh: no registry is reachable: building $base from Debian's archive"
  command -v debootstrap >/dev/null || install_packages debootstrap
  local rootfs # outside the repository, whose tests read all of its files at the same time
  rootfs=$(as_root mktemp -d /var/tmp/debian-base.XXXXXX)
  as_root debootstrap --variant=minbase trixie "$rootfs" "$mirror" >"$state/debootstrap.log" \
    || fail "debootstrap failed, see $state/debootstrap.log"
  as_root find "$rootfs/var/cache/apt/archives" -name '*.deb' -delete
  as_root chmod 755 "$rootfs"
  as_root tar -C "$rootfs" -c . | docker import - "$base" >/dev/null
  as_root rm -rf --one-file-system "$rootfs"
}

# Images for arm64 are built without emulation; only running them needs it.
add_emulation() {
  local registry=/proc/sys/fs/binfmt_misc
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || return 0 # an arm64 machine, or Docker Desktop
  [ -e "$registry/qemu-aarch64" ] && return
  echo "ci/engine.sh: adding emulation for arm64"
  install_packages qemu-user-static binfmt-support
  mountpoint -q "$registry" || as_root mount -t binfmt_misc binfmt_misc "$registry"
  as_root update-binfmts --enable qemu-aarch64
  [ -e "$registry/qemu-aarch64" ] || fail "the kernel rejected the emulation for arm64: enable binfmt_misc in the kernel"
}

# The tests of the deployment start their own sshd on loopback, and check the unit with systemd-analyze.
add_deployment_tools() {
  [ -x /usr/sbin/sshd ] && command -v systemd-analyze >/dev/null && return
  echo "ci/engine.sh: adding an SSH server and systemd-analyze"
  install_packages openssh-server systemd
}

stop() {
  [ -e "$state/dockerd.pid" ] || return 0
  local pid
  pid=$(cat "$state/dockerd.pid")
  as_root kill "$pid"
  for _ in {1..40}; do
    [ -e "/proc/$pid" ] || return 0
    sleep 0.5
  done
  fail "dockerd (process $pid) did not stop"
}

wait_for_turn() { # apt-get fails while another process has its lock
  mkdir -p "$state"
  exec 9>"$state/lock"
  flock 9
}

case ${1-} in
  start)
    wait_for_turn
    start_engine
    add_plugins
    add_base_image
    add_emulation
    add_deployment_tools
    ;;
  stop) stop ;;
  install)
    [ $# -eq 2 ] || fail "install: expected the name of a command"
    command -v "$2" >/dev/null && exit
    wait_for_turn
    echo "ci/engine.sh: adding $2"
    install_packages "$2"
    ;;
  *)
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
