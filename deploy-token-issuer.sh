#!/usr/bin/env bash
# DEV-ONLY: deploy the token-issuer to a Docker host in the lab, such as a Raspberry Pi (see --help).
#
# The host runs functions of this file: they are sent to its bash on standard input, with their
# arguments as quoted words. No login shell interprets them, and nothing is installed on the host.
# The container in use is NAME. NAME-new has not started yet; NAME-old is the replaced container.
set -euo pipefail

usage() {
  cat <<'END'
usage: deploy-token-issuer.sh [OPTION]... [USER@]HOST

DEV ONLY, never production. Builds the image of the token-issuer on this machine, sends it to HOST
over SSH, starts it, waits until it is healthy, and prints its URL and kid. A second run replaces
the first deployment. If the new version does not become healthy, the old version is started again.
An interrupted run leaves the old or the new version running; the next run cleans up.

HOST needs bash and Docker 20.10 or later, and a user who may use Docker. This machine needs SSH and
Docker with buildx (Docker alone with --image).

what to run:
  --platform PLATFORM   linux/arm64 or linux/amd64 (default: the platform of HOST); any other
                        platform than that of HOST is an error
  --image IMAGE         deploy this local image instead of building one; it must be a token-issuer
                        with a HEALTHCHECK
  --env NAME=VALUE      set a variable of the issuer; may be repeated
  --keys-volume VOLUME  keep the key pair in this Docker volume of HOST; without it each start
                        generates a new key, and tokens issued before a restart become invalid
where to run it:
  --systemd             start the container with a systemd unit (needs root, or sudo without a
                        password) instead of docker's --restart unless-stopped
  --name NAME           name of the container and of the unit (default token-issuer)
  --port PORT           port of HOST (default 8081)
  --bind ADDRESS        address of HOST to publish the port on. The default is 0.0.0.0, since an
                        issuer in a lab serves other machines: anyone who can reach the port can get
                        any token, and Docker's port rules bypass ufw. With 127.0.0.1, only HOST
                        itself can reach the issuer.
how to send it:
  --registry REGISTRY   push to REGISTRY (such as registry.lab:5000/qa) and pull from it instead of
                        streaming the image; log in to it on both machines first
  --ssh-port PORT       port of the SSH server of HOST
  --identity FILE       private key for SSH
  --ssh-option OPTION   any option of ssh_config, such as ProxyJump=gateway; may be repeated
other actions:
  --dry-run             print the commands; do not build, and do not contact HOST
  --uninstall           remove the container, the unit and the images from HOST; a keys volume is
                        kept
  --help                print this help

The script does not deploy to production: it stops if /etc/environment of HOST, or an --env, sets a
variable such as NODE_ENV or APP_ENV to anything but development, dev, local, test, testing, ci, qa
or docker.

environment:
  BUILD_CA_BUNDLE       CA certificates for the build, for networks that re-sign TLS

exit codes: 0 ok, 1 refused or failed, 2 wrong usage

examples:
  deploy-token-issuer.sh pi@raspberrypi.local
  deploy-token-issuer.sh --systemd --keys-volume token-issuer-keys --env NODE_ENV=qa pi@10.0.0.7
  deploy-token-issuer.sh --uninstall pi@raspberrypi.local
END
}

# The same definition of production as in proxy_guard.environment; tests/deploy compares both.
environment_variables="APP_ENV APP_ENVIRONMENT APPLICATION_ENV ENVIRONMENT ENV DEPLOY_ENV
DEPLOYMENT_ENV DEPLOYMENT_ENVIRONMENT NODE_ENV PYTHON_ENV DJANGO_ENV FLASK_ENV FASTAPI_ENV GO_ENV
RAILS_ENV RACK_ENV HANAMI_ENV MIX_ENV ASPNETCORE_ENVIRONMENT DOTNET_ENVIRONMENT
AZURE_FUNCTIONS_ENVIRONMENT VERCEL_ENV WP_ENVIRONMENT_TYPE"
non_production_words="development dev local test testing ci qa docker"

name=token-issuer port=8081 bind=0.0.0.0 manager=docker
host="" platform="" image="" source_image="" registry="" keys_volume="" run_dir="" staged=""
dry_run=false uninstall=false
ssh=(ssh -T)
environment=()

# ---- on this machine and on the host ------------------------------------------------------------

say() { printf '%s\n' "$*" >&2; }

fail() { # MESSAGE REMEDY
  say "error: $1"
  say "  remedy: $2"
  exit 1
}

explain() { # MESSAGE: turns a message of the host's engine into an error with a remedy
  case $1 in
    *"no space left on device"*)
      fail "the disk of $host is full" "free some space; list its use on $host: df -h; docker system df" ;;
    *"port is already allocated"* | *"address already in use"*)
      fail "port $port of $host is already in use" \
        "stop the process that listens on it, or choose another port with --port" ;;
    *"cannot assign requested address"*)
      fail "$host has no address $bind" "choose an address of $host with --bind" ;;
    *"permission denied while trying to connect"*)
      fail "the user may not use docker on $host" \
        "run on $host: sudo usermod -aG docker USER; it takes effect at the next login" ;;
    *"Cannot connect to the Docker daemon"* | *"failed to connect to the docker API"*)
      fail "docker does not run on $host" "run on $host: sudo systemctl enable --now docker" ;;
    *) fail "docker on $host failed: ${1##*$'\n'}" "see the log of docker on $host" ;;
  esac
}

refuse_production() { # PLACE: reads lines NAME=VALUE; an empty variable is ignored
  local line value assignment='^[[:space:]]*(export[[:space:]]+)?([A-Za-z_]+)[[:space:]]*=(.*)$'
  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line =~ $assignment ]] || continue
    [[ " ${environment_variables//$'\n'/ } " == *" ${BASH_REMATCH[2]} "* ]] || continue
    value=$(tr -d "\"'[:space:]" <<<"${BASH_REMATCH[3]}" | tr '[:upper:]' '[:lower:]')
    [[ -z $value || " $non_production_words " == *" $value "* ]] ||
      fail "$1 sets ${BASH_REMATCH[2]} to a value that means production" \
        "never run the token-issuer in production; on a development host set ${BASH_REMATCH[2]} to one of: $non_production_words"
  done
}

# ---- on the host --------------------------------------------------------------------------------

exists() { docker container inspect "$1" >/dev/null 2>&1; }

manager_of() { # CONTAINER: prints docker or systemd; nothing for a container of another origin
  docker inspect --format '{{index .Config.Labels "token-issuer.manager"}}' "$1"
}

unit_is_ours() { grep -qs "by deploy-token-issuer.sh" "$unit"; }

as_root() { if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi; }

require_root() { # if a unit must be written or removed
  if [[ $manager == systemd ]] || unit_is_ours; then
    as_root true || fail "--systemd needs root on $host" "deploy as root, or allow sudo without a password"
  fi
}

refuse_foreign() { # containers and units of another origin are neither replaced nor removed
  local container
  for container in "$name" "$name-new" "$name-old"; do
    ! exists "$container" || [[ -n $(manager_of "$container") ]] ||
      fail "the container $container on $host was not created by this script" "choose another name with --name"
  done
  [[ ! -e $unit ]] || unit_is_ours ||
    fail "$unit on $host was not created by this script" "choose another name with --name"
}

refuse_taken_port() {
  local address=$bind published
  [[ $bind != 0.0.0.0 ]] || address=127.0.0.1
  published=$(docker port "$name" 2>/dev/null; docker port "$name-old" 2>/dev/null) || true # there may be no container
  if [[ $published$'\n' != *":$port"$'\n'* ]] && (exec 3<>"/dev/tcp/$address/$port") 2>/dev/null; then
    explain "address already in use"
  fi
}

check_host() { # prints the platform of the host if it can and may run the issuer
  local server
  if [[ -e /etc/environment ]]; then
    sed 's/#.*//' /etc/environment | refuse_production "/etc/environment of $host"
  fi
  command -v docker >/dev/null ||
    fail "docker is not installed on $host" "install it: https://docs.docker.com/engine/install/debian/"
  server=$(docker version --format '{{.Server.Os}}/{{.Server.Arch}}' 2>&1) || explain "$server"
  server=${server##*$'\n'}
  [[ -z $platform || $platform/ == "$server"/* ]] ||
    fail "wrong architecture: $host is $server, not $platform" "omit --platform"
  refuse_foreign
  [[ $manager != systemd || -d /run/systemd/system ]] ||
    fail "$host does not run systemd" "omit --systemd"
  require_root
  refuse_taken_port
  printf '%s\n' "$server"
}

lock() { # waits for another run; locks the docker command, a file that every user can open
  exec 9<"$(command -v docker)"
  flock --wait 150 9 ||
    fail "another deployment to $host is in progress" "try again later; it ends within 20 minutes"
}

write_unit() {
  as_root tee "$unit" >/dev/null <<END
# Written by deploy-token-issuer.sh
[Unit]
Description=token-issuer (DEV ONLY, never production)
Wants=docker.service network-online.target
After=docker.service network-online.target

[Service]
ExecStart=$(command -v docker) start --attach $name
ExecStop=$(command -v docker) stop $name
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
END
  as_root systemctl daemon-reload
}

remove_unit() { # the unit must be stopped
  if unit_is_ours; then
    as_root systemctl --quiet disable "$name.service"
    as_root rm -f "$unit"
    as_root systemctl daemon-reload
  fi
}

start() { # does nothing if the container is running
  if [[ $(manager_of "$name") == systemd ]]; then
    as_root systemctl --quiet enable --now "$name.service"
  else
    docker start "$name" >/dev/null
  fi
}

stop() {
  if unit_is_ours; then as_root systemctl stop "$name.service"; fi
  docker stop "$name" >/dev/null 2>&1 || true # there may be no container
}

wait_until_healthy() {
  local status restarts health message deadline=$((SECONDS + 90))
  local format='{{.State.Status}}|{{.RestartCount}}|{{with .State.Health}}{{.Status}}{{end}}|{{.State.Error}}'
  while ((SECONDS < deadline)); do
    IFS='|' read -r status restarts health message < <(docker inspect --format "$format" "$name")
    [[ -z $message ]] || explain "$message" # systemd does not print it
    case "$status $restarts $health" in
      "running 0 healthy") return ;;
      "running 0 starting" | "created 0 "*) sleep 1 ;;
      *) break ;;
    esac
  done
  fail "the new version does not become healthy on $host: status $status, health ${health:-unknown}" \
    "see the last lines of its log"
}

wait_until_running() { # systemd returns before the container runs
  local deadline=$((SECONDS + 30))
  until [[ $(docker inspect --format '{{.State.Running}}' "$name" 2>/dev/null) == true ]]; do
    ((SECONDS < deadline)) || return 1
    sleep 1
  done
}

restore() { # restores the previous version, at whatever point this run or an earlier one stopped
  if exists "$name-old"; then
    stop
    docker rm --force "$name" >/dev/null 2>&1 || true # there may be no container
    docker rename "$name-old" "$name"
  fi
  ! exists "$name-new" || docker rm --force "$name-new" >/dev/null
  ! exists "$name" || start || say "the previous version of $name does not start"
}

roll_back() {
  set +e # run all steps, even if one fails
  if ! exists "$name-new"; then
    docker logs --tail 20 "$name" 2>&1 | sed 's/^/  | /' >&2
    stop
    docker rename "$name" "$name-new"
  fi
  restore
  tidy
  ! exists "$name" || ! wait_until_running || say "the old version of $name is running again"
}

tidy() { # removes the unit and the images that are no longer used
  local used=none
  if exists "$name"; then used=$(docker inspect --format '{{.Config.Image}}' "$name"); fi
  if [[ $used == none || $(manager_of "$name") != systemd ]]; then remove_unit; fi
  docker image ls --format '{{.Repository}}:{{.Tag}}' --filter "reference=localhost/$name" |
    { grep -vxF "$used" || true; } | xargs -r docker image rm >/dev/null 2>&1 || true # an image may be in use
}

fetch_image() { # loads the image from standard input, or pulls it and keeps only its local name
  if [[ $staged == "$image" ]]; then
    timeout 900 docker load # a dead connection may never send the end
  else
    docker pull --quiet "$staged" && docker tag "$staged" "$image" && docker image rm "$staged"
  fi
}

replace() { # CREATE_OPTION...: replaces the running version with the image; prints the kid
  local output
  trap '' HUP PIPE # if the connection is lost, continue to the new or back to the old version
  lock
  restore
  output=$(fetch_image 2>&1) || explain "$output"
  output=$(docker create --name "$name-new" --label "token-issuer.manager=$manager" "$@" "$image" \
    2>&1 >/dev/null) || explain "$output"
  trap roll_back EXIT
  [[ $manager != systemd ]] || write_unit
  if exists "$name"; then
    stop
    docker rename "$name" "$name-old"
  fi
  docker rename "$name-new" "$name"
  output=$(start 2>&1) || explain "$output"
  wait_until_healthy
  trap - EXIT
  ! exists "$name-old" || docker rm --force "$name-old" >/dev/null
  tidy
  output=$(docker exec "$name" token-issuer health)
  printf '%s\n' "${output##* }"
}

remove_everything() {
  local container volume
  lock
  refuse_foreign
  require_root
  stop
  for container in "$name" "$name-new" "$name-old"; do
    if exists "$container"; then
      volume=$(docker inspect --format '{{range .Mounts}}{{.Name}}{{end}}' "$container")
      [[ -z $volume ]] || say "kept volume $volume on $host; to remove it: docker volume rm $volume"
      docker rm --force "$container" >/dev/null
    fi
  done
  tidy
  say "removed $name from $host"
}

# ---- on this machine ----------------------------------------------------------------------------

wrong_usage() {
  say "error: $1 (see --help)"
  exit 2
}

set_option() { # OPTION VALUE
  case $1 in
    --platform) platform=$2 ;;
    --image) source_image=$2 ;;
    --registry) registry=$2 ;;
    --name) name=$2 ;;
    --port) port=$2 ;;
    --bind) bind=$2 ;;
    --keys-volume) keys_volume=$2 ;;
    --env) environment+=("$2") ;;
    --ssh-port) ssh+=(-p "$2") ;;
    --identity) ssh+=(-i "$2") ;;
    --ssh-option) ssh+=(-o "$2") ;;
    *) wrong_usage "unknown option $1" ;;
  esac
}

parse_arguments() {
  while (($#)); do
    case $1 in
      -h | --help) usage && exit ;;
      --systemd) manager=systemd ;;
      --dry-run) dry_run=true ;;
      --uninstall) uninstall=true ;;
      -*)
        (($# > 1)) || wrong_usage "$1: unknown option, or its value is missing"
        set_option "$1" "$2"
        shift
        ;;
      *)
        [[ -z $host ]] || wrong_usage "HOST: expected one host, got $host and $1"
        host=$1
        ;;
    esac
    shift
  done
}

check_arguments() {
  local assignment
  [[ -n $host ]] || wrong_usage "HOST is missing"
  [[ $host =~ ^[A-Za-z0-9_.@:%-]+$ ]] || wrong_usage "HOST: expected [USER@]HOST, got $host"
  [[ $name =~ ^[a-z0-9]+(-[a-z0-9]+)*$ ]] ||
    wrong_usage "--name: expected lower-case letters, digits and hyphens, got $name"
  if ! [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || ((port > 65535)); then
    wrong_usage "--port: expected a number from 1 to 65535, got $port"
  fi
  [[ $bind =~ ^[0-9A-Fa-f.:]+$ ]] || wrong_usage "--bind: expected an IP address, got $bind"
  [[ $registry =~ ^[a-z0-9.:/_-]*$ ]] ||
    wrong_usage "--registry: expected a registry such as registry.lab:5000/qa, got $registry"
  [[ $keys_volume =~ ^([A-Za-z0-9][A-Za-z0-9_.-]*)?$ ]] ||
    wrong_usage "--keys-volume: expected the name of a Docker volume, got $keys_volume"
  for assignment in ${environment[@]+"${environment[@]}"}; do # written so for bash 3.2 of macOS
    [[ $assignment =~ ^[A-Za-z_][A-Za-z0-9_]*= ]] ||
      wrong_usage "--env: expected NAME=VALUE, got $assignment"
    [[ ! $assignment =~ ^TOKEN_ISSUER_(HOST|PORT)= ]] ||
      wrong_usage "--env: ${assignment%%=*} is fixed in the container; use --bind and --port"
    refuse_production "--env" <<<"$assignment"
  done
  unit=/etc/systemd/system/$name.service
}

run() { # COMMAND...
  if $dry_run; then
    { printf '%q ' "$@" && echo; } >&3
  else
    "$@"
  fi
}

connect() { # opens one connection for all later commands, so that SSH asks for a password once
  local by_hand="${ssh[*]} $host true"
  ! $dry_run || return 0
  run_dir=$(mktemp -d)
  trap clean_up EXIT
  ssh+=(-o ConnectTimeout=10 -o ServerAliveInterval=15 -o ControlMaster=auto
    -o "ControlPath=$run_dir/ssh" -o ControlPersist=10m)
  "${ssh[@]}" -- "$host" true </dev/null >/dev/null 2>"$run_dir/error" ||
    fail "no SSH connection to $host: $(tail -n 1 "$run_dir/error")" \
      "make sure that this command works: $by_hand; see also --ssh-port, --identity and --ssh-option"
}

clean_up() {
  "${ssh[@]}" -O exit -- "$host" 2>/dev/null || true # the connection may be closed already
  [[ -z $staged ]] || docker image rm "$staged" >/dev/null 2>&1 || true # a leftover tag is harmless
  rm -rf "$run_dir"
}

on_host() { # FUNCTION [ARGUMENT...]: runs it on the host; standard input follows the script
  if $dry_run; then
    {
      [[ $1 != replace || -n $registry ]] || printf 'docker save %q | gzip -1 | ' "$staged"
      run "${ssh[@]}" -- "$host" bash -s
      echo "# on the host, with helper functions of this script:"
      declare -f "$1"
      run "$@"
    } >&3
    return
  fi
  {
    echo "set -euo pipefail"
    declare -p name port bind manager host platform image staged unit environment_variables \
      non_production_words
    declare -f "${host_functions[@]}"
    echo "{ $(printf '%q ' "$@"); }" # bash runs nothing if a lost connection truncates the line
    cat
  } | "${ssh[@]}" -- "$host" bash -s || {
    (($? != 255)) || fail "the SSH connection to $host was lost" \
      "run the script again; meanwhile $host completes the change or restores the old version"
    exit 1
  }
}

host_functions=(say fail explain refuse_production exists manager_of unit_is_ours as_root
  require_root refuse_foreign refuse_taken_port check_host lock write_unit remove_unit start stop
  wait_until_healthy wait_until_running restore roll_back tidy fetch_image replace remove_everything)

build_image() { # stores the name of the image in source_image
  local secret=()
  [[ -z $source_image ]] || return 0
  case $platform in
    linux/amd64 | linux/arm64 | PLATFORM) ;;
    *) fail "wrong architecture: $host is $platform" "use a 64-bit system, arm64 or amd64" ;;
  esac
  source_image=token-issuer:deploy
  [[ -z ${BUILD_CA_BUNDLE:-} ]] || secret=(--secret "id=ca,src=$BUILD_CA_BUNDLE")
  run docker buildx build --file "$root/packages/dev-only/token-issuer/Dockerfile.dev" \
    --target simulator --platform "$platform" ${secret[@]+"${secret[@]}"} \
    --tag "$source_image" --load "$root" >&2 ||
    fail "the image could not be built" "see docker's message above"
}

stage_image() { # tags the image with a name derived from its content; stores that name in staged
  local id=IMAGE_ID built=$platform output
  if ! $dry_run; then
    output=$(docker image inspect --format '{{.Id}} {{.Os}}/{{.Architecture}}' "$source_image") ||
      fail "the image $source_image does not exist on this machine" "list the local images: docker image ls"
    read -r id built <<<"$output"
    [[ $built == "$platform" ]] ||
      fail "wrong architecture: $source_image is $built, $host is $platform" "choose an image for $platform"
  fi
  id=${id#sha256:}
  image=localhost/$name:${id:0:12}
  staged=${registry:-localhost}/$name:${id:0:12}
  run docker tag "$source_image" "$staged"
  [[ -z $registry ]] || run docker push --quiet "$staged" >&2 ||
    fail "the image could not be pushed to $registry" "see docker's message above; you may need docker login"
}

send_image() { # writes the compressed image to standard output, for fetch_image
  $dry_run || [[ -n $registry ]] || docker save "$staged" | gzip -1
}

report() { # KID
  local address=$bind
  case $bind in
    0.0.0.0 | ::)
      address=$("${ssh[@]}" -G -- "$host" | sed -n 's/^hostname //p')
      say "Anyone who can reach this address can get any token; to restrict it to $host, use --bind 127.0.0.1."
      ;;
    127.* | ::1) say "Only $host itself can reach this address; to open a tunnel: ssh -L $port:$bind:$port $host" ;;
  esac
  [[ $address != *:* ]] || address=[$address]
  printf 'URL: http://%s:%s\nkid: %s\n' "$address" "$port" "$1"
}

main() {
  local found kid options assignment published
  parse_arguments "$@"
  check_arguments
  connect
  if $uninstall; then
    on_host remove_everything </dev/null
    return
  fi
  found=$(on_host check_host </dev/null) || exit 1
  platform=${found:-${platform:-PLATFORM}}
  build_image
  stage_image

  published=$bind
  [[ $bind != *:* ]] || published=[$bind]
  options=(--pull never --publish "$published:$port:8081" --init --read-only --cap-drop ALL
    --security-opt no-new-privileges --memory 128m --pids-limit 64)
  if [[ $manager == docker ]]; then options+=(--restart unless-stopped); fi
  for assignment in ${environment[@]+"${environment[@]}"}; do options+=(--env "$assignment"); done
  if [[ -n $keys_volume ]]; then
    options+=(--env PERSIST_KEYS_DIR=/keys --mount "type=volume,source=$keys_volume,target=/keys")
  fi
  kid=$(send_image | on_host replace "${options[@]}") || exit 1
  $dry_run || report "$kid"
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec 3>&1 # --dry-run prints here, also from within $(…)
main "$@"
