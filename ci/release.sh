#!/usr/bin/env bash
# Build the files of a release for the package index into dist/release: the wheels and sdists of
# jwt-core and proxy-guard, and nothing else.
#
#   ci/release.sh TAG
#
# TAG must be `v` and the version, and the tag of the commit that is checked out without changes. The
# files are built twice and must be equal, the index must accept their metadata, and they must not
# contain anything of the simulator.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(jwt-core proxy-guard)

fail() { echo "ci/release.sh: $*" >&2; exit 2; }

if [ $# -ne 1 ]; then
  sed -n '5s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
tag=$1
version=$(ci/version) || fail "the files do not agree on a version: see above"
[ "$tag" = "v$version" ] ||
  fail "expected the tag v$version of the newest release in CHANGELOG.md, got $tag"
tagged=$(git rev-parse --verify --quiet "refs/tags/$tag^{commit}") || fail "git has no tag $tag"
[ "$tagged" = "$(git rev-parse HEAD)" ] || fail "$tag is not the commit that is checked out"
[ -z "$(git status --porcelain)" ] || fail "the working tree has changes that $tag does not contain"

target=dist/release
again=$(mktemp -d)
trap 'rm -rf "$again"' EXIT
rm -rf $target
for folder in $target "$again"; do
  for package in "${packages[@]}"; do
    ci/uv build --quiet --package "$package" --out-dir "$folder"
  done
  rm -f "$folder/.gitignore" # uv writes one
done
diff --recursive $target "$again" || fail "a second build made other files"

UV_PROJECT_ENVIRONMENT=.cache/release ci/uv run --quiet --locked --only-group release \
  twine check $target/*
ci/check-separation $target
(cd $target && sha256sum -- *)
