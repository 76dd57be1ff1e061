#!/usr/bin/env bash
# Publish the simulator's image in your registry, for development: amd64 and arm64 under one tag, with
# an SBOM. Production must not call this script.
#
#   ci/publish-simulator.sh [--allow-dirty] REGISTRY/FOLDER/token-issuer[:TAG]
#
# The name must end in /token-issuer, by which guard, scan and policies refuse the image. TAG is by
# default the version of this repository; a tag that the registry already has is not replaced. The
# working tree must be committed, unless --allow-dirty is given. Log in with `docker login` first.
# Prints the name with the digest. Needs Docker with buildx, and Go, which builds ORAS.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "ci/publish-simulator.sh: $*" >&2; exit 2; }

allow_dirty=false
if [ "${1-}" = --allow-dirty ]; then allow_dirty=true; shift; fi
if [ $# -ne 1 ] || [[ $1 = -* ]]; then
  sed -n '5s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi

version=$(ci/version) || fail "the files do not agree on a version: see above"
name=$1 tag=$version
if [[ ${1##*/} = *:* ]]; then name=${1%:*} tag=${1##*:}; fi
name=${name,,} # registries accept lower case only, and an owner on GitHub may have capitals
registry=${name%%/*}
expected="expected REGISTRY/FOLDER/token-issuer[:TAG], such as ghcr.io/example/token-issuer, got $1"
[[ $name =~ ^[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?(/[a-z0-9][a-z0-9._-]*)+$ ]] || fail "$expected"
[[ $registry = *[.:]* || $registry = localhost ]] || fail "$expected"
[[ $name = */token-issuer ]] ||
  fail "$expected: under another name, production could not recognize the simulator"
[[ $tag =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,100}$ ]] || fail "$expected"
[[ $tag != *-amd64 && $tag != *-arm64 ]] || fail "$expected: the images of each architecture have such tags"

revision=$(git rev-parse HEAD)
if [ -n "$(git status --porcelain)" ]; then
  $allow_dirty || fail "the working tree has changes that no commit contains: commit them, or add --allow-dirty"
  revision+=-dirty
fi

root=$PWD work=$(mktemp -d) stop_engine=false
docker info >/dev/null 2>&1 || stop_engine=true
clean_up() {
  rm -rf "$work"
  if $stop_engine; then "$root/ci/engine.sh" stop; fi
}
trap clean_up EXIT
ci/engine.sh start >&2
. ci/ca-bundle.sh

# ORAS attaches files to images in any registry; the versions are locked in ci/oras.
oras=$PWD/.cache/oras/$(git hash-object ci/oras/go.sum)/oras
[ -x "$oras" ] || go build -C ci/oras -trimpath -ldflags='-s -w' -o "$oras" oras.land/oras/cmd/oras

if answer=$("$oras" resolve "$name:$tag" 2>&1); then
  fail "$name:$tag is already published: start a new version with ci/version, or name another TAG"
elif [[ $answer != *": not found" ]]; then
  fail "$name:$tag: $registry did not say whether it has this tag: check its name and docker login: $answer"
fi

issuer=packages/dev-only/token-issuer
architectures=(amd64 arm64)
for architecture in "${architectures[@]}"; do
  image=$name:$tag-$architecture
  echo "ci/publish-simulator.sh: building and pushing $image" >&2
  docker buildx build --quiet --load --platform "linux/$architecture" --tag "$image" \
    --label "org.opencontainers.image.revision=$revision" \
    --secret "id=ca,src=${BUILD_CA_BUNDLE:-/dev/null}" --target simulator \
    --file packages/dev-only/token-issuer/Dockerfile.dev . >/dev/null
  docker push --quiet "$image" >/dev/null
  container=$(docker create --platform "linux/$architecture" "$image")
  for folder in usr/lib/python3/dist-packages var/lib/dpkg/status.d; do
    mkdir -p "$work/$architecture/$folder"
    docker cp "$container:/$folder/." "$work/$architecture/$folder" >/dev/null
  done
  docker rm "$container" >/dev/null
  docker image rm "$image" >/dev/null
done

ci/uv export --quiet --locked --no-dev --project $issuer --format cyclonedx1.5 \
  --preview-features sbom-export --output-file "$work/lock.json" >/dev/null
python3 $issuer/image/sbom.py "$work/lock.json" "${architectures[@]/#/$work/}" >"$work/token-issuer.cdx.json"

# The tag comes last, so that nobody pulls an image without its SBOM.
cd "$work"
{
  "$oras" manifest index create "$name" "${architectures[@]/#/$tag-}" --output index.json \
    --annotation dev-only=true \
    --annotation "org.opencontainers.image.version=$version" \
    --annotation "org.opencontainers.image.revision=$revision"
  published=$name@sha256:$(sha256sum index.json | cut -d ' ' -f 1)
  "$oras" manifest push "$published" index.json
  "$oras" attach --no-tty --artifact-type application/vnd.cyclonedx+json "$published" \
    token-issuer.cdx.json:application/vnd.cyclonedx+json
  "$oras" tag "$published" "$tag"
} >&2
echo "$published"
