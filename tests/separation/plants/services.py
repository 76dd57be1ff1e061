"""Planted violations: the simulator as a service in settings, manifests and images."""

import gzip
import json
from pathlib import Path
from typing import Final

from tests.separation.artefacts import (
    DevKey,
    make_saved_image,
    make_tar,
    make_wheel,
    write,
    write_oci_layout,
)
from tests.separation.plants.registry import FULLWIDTH_T, plant, plant_file

COMPOSE: Final = "services:\n  proxy:\n    image: shop/proxy:1\n"
plant_file(
    "compose override that adds the service", "manifest", "compose.override.yaml",
    lambda _: COMPOSE + "  token_issuer:\n    build: .\n",
)  # fmt: skip
plant_file(
    "image in a compose file", "manifest", "compose.yaml",
    lambda _: COMPOSE + "  idp:\n    image: registry.example.com/qa/Token_Issuer:1\n",
)  # fmt: skip
plant_file(
    "Kubernetes deployment", "name", "deployment.yaml",
    lambda _: "kind: Deployment\nspec:\n  containers:\n  - image: qa/token-issuer@sha256:00\n",
)  # fmt: skip
plant_file(
    "variable in a Kubernetes deployment", "settings", "deployment.yaml",
    lambda _: "env:\n- name: JWT_JWKS_URI\n  value: http://localhost:8081/certs\n",
)  # fmt: skip
plant_file(
    "disguised address in a ConfigMap", "settings", "config.yaml",
    lambda _: "kind: ConfigMap\ndata:\n  JWT_JWKS_URI: http://token%2Dissuer/certs\n",
)  # fmt: skip
plant_file(
    "issuer that is the name alone", "settings", "prod.env", lambda _: 'JWT_ISSUER="TOKEN_ISSUER"\n'
)
plant_file(
    "issuer that is a host with the name behind another", "settings", "prod.env",
    lambda _: "JWT_ISSUER=harbor-token-issuer:8081\n",
)  # fmt: skip
plant_file(
    "env file", "settings", ".env.production", lambda _: "JWT_JWKS_URI=http://127.1:8081/x\n"
)
plant_file(
    "issuer in an env file",
    "settings",
    "prod.env",
    lambda _: 'export JWT_ISSUER="https://ISSUER.local."\n',
)
plant_file(
    "fullwidth letters in a setting", "settings", "app.properties",
    lambda _: "spring.security.oauth2.jwk-set-uri=http://" + FULLWIDTH_T + "oken-issuer/certs\n",
)  # fmt: skip
plant_file(
    "environment in a Dockerfile", "settings", "Dockerfile",
    lambda _: "FROM scratch\nENV JWT_JWKS_URI http://[::1]:8081/certs\n",
)  # fmt: skip


@plant("settings", ".json")
def environment_baked_into_an_image(folder: Path, _key: DevKey) -> None:
    image = make_saved_image(environment=["JWT_JWKS_URI=http://host.docker.internal:8081/certs"])
    write(folder, {"image.tar": image})


@plant("image", ".json")
def label_of_the_image(folder: Path, _key: DevKey) -> None:
    write(folder, {"image.tar": make_saved_image(labels={"dev-only": "true"})})


@plant("manifest", "image.tar!manifest.json")
def name_of_the_image(folder: Path, _key: DevKey) -> None:
    write(folder, {"image.tar": make_saved_image(tag="registry:5000/token_issuer:latest")})


@plant("watermark", "/layer.tar!app/key.pem")
def file_deleted_in_an_upper_layer(folder: Path, key: DevKey) -> None:
    lower = make_tar({"app/key.pem": key.public_pem})
    upper = make_tar({"app/.wh.key.pem": ""})
    write(folder, {"image.tar": make_saved_image(lower, upper)})


@plant("path", "!usr/lib/token_issuer/web/app.py")
def compressed_layer_of_an_oci_layout(folder: Path, _key: DevKey) -> None:
    write_oci_layout(folder, make_tar({"usr/lib/token_issuer/web/app.py": "x = 1\n"}))


@plant("watermark", "image.tar.gz")
def wheel_in_a_layer_of_a_compressed_image(folder: Path, key: DevKey) -> None:
    wheel = make_wheel({"service/key.json": json.dumps(key.jwk)})
    layer = make_tar({"opt/wheels/service-1.0-py3-none-any.whl": wheel})
    write(folder, {"image.tar.gz": gzip.compress(make_saved_image(layer))})


ADDRESS: Final = "http://localhost:8081/certs"
plant_file(
    "arguments of a container", "settings", "job.yaml",
    lambda _: f"args:\n- --jwks-uri\n- {ADDRESS}\n",
)  # fmt: skip
plant_file(
    "arguments in JSON", "settings", "a.json", lambda _: f'["--jwks-uri", "{ADDRESS}"]'
)  # fmt: skip
plant_file(
    "value before the name", "settings", "a.yaml",
    lambda _: f"- value: {ADDRESS}\n  name: JWT_JWKS_URI\n",
)  # fmt: skip
plant_file(
    "folded scalar", "settings", "b.yaml", lambda _: f"JWT_JWKS_URI: >-\n  {ADDRESS}\n"
)  # fmt: skip
plant_file(
    "entry in XML", "settings", "a.xml", lambda _: f'<entry key="JWT_JWKS_URI">{ADDRESS}</entry>'
)  # fmt: skip
plant_file(
    "environment in a systemd unit", "settings", "a.service",
    lambda _: f'Environment="JWT_JWKS_URI={ADDRESS}"\n',
)  # fmt: skip
plant_file(
    "variable of nginx", "settings", "nginx.conf", lambda _: f"set $jwks_uri {ADDRESS};\n"
)  # fmt: skip
