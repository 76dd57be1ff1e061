"""Planted violations: settings that point to the simulator, in the files of deployments."""

import gzip
import json
import plistlib
from base64 import b64encode
from typing import Final

from tests.separation.artefacts import FileData
from tests.separation.plants.registry import plant_file

URL: Final = "http://localhost:8081/certs"
JWKS: Final = {"auth": {"jwks": {"uri": URL}}}


def encode(text: str) -> str:
    return b64encode(text.encode()).decode()


ENV: Final = f"JWT_JWKS_URI={URL}"
FILES: Final[dict[str, FileData]] = {
    # Kubernetes
    "secret.yaml": f"kind: Secret\ndata:\n  JWT_JWKS_URI: {encode(URL)}\n",
    "secret.json": json.dumps({"kind": "Secret", "data": {"JWT_ISSUER": encode(URL)}}),
    "secrets.yaml": f"kind: List\nitems:\n- kind: Secret\n  data:\n    app.env: {encode(ENV)}\n",
    "secret-text.yaml": f"kind: Secret\nstringData:\n  a.yaml: |\n    jwks_uri: {URL}\n",
    "configmap.yaml": f"kind: ConfigMap\ndata:\n  app.env: |\n    {ENV}\n    B=2\n",
    "configmap-yaml.yaml": "kind: ConfigMap\ndata:\n  application.yml: |\n"
    f"    auth:\n      jwks:\n        uri: {URL}\n",
    "configmap-json.yaml": f"kind: ConfigMap\ndata:\n  a.json: '{json.dumps(JWKS)}'\n",
    "configmap-binary.yaml": f"kind: ConfigMap\nbinaryData:\n  app.env: {encode(ENV)}\n",
    "applied.yaml": "metadata:\n  annotations:\n    last-applied-configuration: |\n      "
    + json.dumps({"kind": "Secret", "data": {"JWT_ISSUER": encode(URL)}}),
    "kustomization.yaml": f"configMapGenerator:\n- name: x\n  literals:\n  - {ENV}\n",
    "variable.yaml": f"- name: JWT_JWKS_URI\n  description: keys\n  value: {URL}\n",
    "istio.yaml": f"spec:\n  jwtRules:\n  - issuer: x\n    jwksUri: {URL}\n",
    "envoy.yaml": f"remote_jwks:\n  http_uri:\n    uri: {URL}\n",
    "values.yaml": f"auth:\n  jwks:\n    uri: {URL}\n",
    "templates/a.yaml": "{{- if .Values.x }}\nauth:\n  jwks:\n"
    f"    uri: {URL}\n{{{{- end }}}}\n",
    "templates/secret.yaml": "kind: Secret\ndata:\n  x: {{ .Values.x | b64enc }}\n"
    f"  JWT_ISSUER: {encode(URL)}\n",
    # other issuers of one process
    "staff.yaml": "auth:\n  issuer: https://issuer.local/staff\n",
    "partners.env": "JWT_JWKS_URI=http://localhost:8081/partners/.well-known/jwks.json\n",
    "discovery.json": json.dumps({
        "issuer": "http://localhost:8081/.well-known/oauth-authorization-server/staff"
    }),
    "self.env": "TOKEN_ISSUER_ISSUER=self\n",
    # YAML
    "next-line.yaml": f"JWT_JWKS_URI:\n  {URL}\n",
    "flow.yaml": f"{{auth: {{jwks: {{uri: '{URL}'}}}}}}\n",
    "escaped.yaml": 'jwks_uri: "\\x68ttp://localhost:8081"\n',
    "folded.yaml": 'jwks_uri: "http://local\\\n  host:8081/certs"\n',
    "anchor.yaml": f"x: &url {URL}\njwks_uri: *url\n",
    "merge.yaml": f"base: &base\n  uri: {URL}\njwks:\n  <<: *base\n",
    "binary.yaml": f"jwks_uri: !!binary {encode(URL)}\n",
    "user-data": f"#cloud-config\nwrite_files:\n- encoding: b64\n  content: {encode(ENV)}\n",
    # JSON
    "nested.json": json.dumps({"config": json.dumps({"x": json.dumps(JWKS)})}),
    "escaped.json": '{"jwks\\u005furi": "\\u0068ttp:\\/\\/localhost:8081"}',
    "lines.json": '{"a": 1}\n' + json.dumps(JWKS),
    "a.jsonc": f'{{\n // keys\n "jwks": {{"uri": "{URL}"}} /* x */,\n}}',
    "a.json5": f"// x\n{{auth: {{jwks: {{uri: '{URL}',}},}},}}",
    "ecs.json": json.dumps([{"environment": [{"name": "JWT_JWKS_URI", "value": URL}]}]),
    "json.env": 'CONFIG="'
    + json.dumps(JWKS).replace('"', '\\"').replace("jwks", "jwks_uri")
    + '"\n',
    # Commands
    "helm.sh": f"helm upgrade x y --set auth.jwksUri={URL}\n",
    "helm-string.sh": f"helm upgrade --set-string=a=1,auth.jwksUri={URL} x\n",
    "azure.sh": f"az webapp config appsettings set --settings {ENV}\n",
    "gcloud.sh": f"gcloud run deploy --update-env-vars A=1,{ENV}\n",
    "docker.sh": f"docker run -e {ENV} image\n",
    "kubectl.sh": f"kubectl create configmap x --from-literal={ENV}\n",
    "windows.cmd": f'setx JWT_JWKS_URI "{URL}" /M\r\n',
    "windows.ps1": f'[Environment]::SetEnvironmentVariable("JWT_JWKS_URI", "{URL}")\n',
    "shell.csh": f"setenv JWT_JWKS_URI {URL}\n",
    "shell.fish": f"set -gx JWT_JWKS_URI {URL}\n",
    "httpd.conf": f"SetEnv JWT_JWKS_URI {URL}\n",
    "step.yml": f"- run: |\n    helm upgrade --set auth.jwksUri={URL} x\n",
    # Files whose name tells little
    "etc/default/proxy": f"{ENV}\n",
    "etc/sysconfig/proxy": f'JWT_JWKS_URI="{URL}"\n',
    "env/JWT_JWKS_URI": URL,
    "container_environment/JWT_ISSUER": f"{URL}\n",
    "run/secrets/jwks_uri": URL,
    "Makefile": f"export JWT_JWKS_URI ?= {URL}\n",
    "entrypoint": f"#!/bin/sh\nexport {ENV}\n",
    "crontab": f"{ENV}\n* * * * * x\n",
    ".npmrc": f"oidc_url={URL}\n",
    "settings.weird": f"{ENV}\n",
    # Other formats
    "web.config": f'<appSettings><add key="JwksUri" value="{URL}"/></appSettings>',
    "spring.xml": f"<bean><property name='jwksUri'><value>{URL}</value></property></bean>",
    "nested.xml": f"<auth><jwks><uri><![CDATA[{URL}]]></uri></jwks></auth>",
    "reference.xml": "<jwksUri>http://localhost&#58;8081</jwksUri>",
    "launchd.plist": plistlib.dumps({"EnvironmentVariables": {"JWT_JWKS_URI": URL}}),
    "binary.plist": plistlib.dumps({"JWT_JWKS_URI": URL}, fmt=plistlib.FMT_BINARY),
    "table.toml": f'jwks = {{ uri = "{URL}" }}\n',
    "lines.toml": f'[auth.jwks]\nuri = """\n{URL}"""\n',
    "section.ini": f"[jwks]\nuri = {URL}\n",
    "block.tf": f'variable "jwks_uri" {{\n  default = "{URL}"\n}}\n',
    "escaped.properties": "auth-server-url=http\\://localhost\\:8081\n",
    "continued.properties": f"publickey.location.jwks=\\\n  {URL}\n",
    "text.reg": f'[HKEY\\x]\r\n"JWT_JWKS_URI"="{URL}"\r\n'.encode("utf-16"),
    "bytes.reg": '"JWT_JWKS_URI"=hex(2):' + URL.encode("utf-16-le").hex(",") + "\r\n",
    "unit.service": f'Environment="A=1" "{ENV}"\n',
    "directive.conf": f"OIDCProviderMetadataURL {URL}\n",
    "default.tpl": f'value: {{{{ .Values.auth.jwksUri | default "{URL}" }}}}\n',
    "packed.env.gz": gzip.compress(ENV.encode()),
    "list.env": f"JWT_ISSUERS=https://accounts.google.com,{URL}\n",
    # Settings of the simulator
    # The endpoints of a login
    "client.yaml": "provider:\n  token_endpoint: http://localhost:8081/token\n",
    "client.json": json.dumps({"web": {"token_uri": "http://localhost:8081/token"}}),
    "client.properties": "spring.provider.x.user-info-uri=http://localhost:8081/v1/userinfo\n",
    "client.toml": 'authorization_endpoint = "http://127.0.0.1:8081/o/oauth2/v2/auth"\n',
    "client.env": "INTROSPECTION_URL=http://localhost:8081/introspect\n",
    "client.cfg": 'redeem_url = "http://localhost:8081/token"\n',
    "client.ini": "revocation_endpoint = http://localhost:8081/revoke\n",
    "logout.yaml": "endSessionEndpoint: http://localhost:8081/logout\n",
    "own.env": "TOKEN_ISSUER_PORT=8081\n",
    "own.yaml": "env:\n- name: TOKEN_ISSUER_TTL\n  value: 15m\n",
    "own-reference.yaml": 'ports:\n- "${TOKEN_ISSUER_PORT:-8081}:8081"\n',
    "own-secret.yaml": "env:\n- name: TOKEN_ISSUER_ADMIN_TOKEN\n  valueFrom: {secretKeyRef: {}}\n",
    "own/Dockerfile": "FROM x\nENV TOKEN_ISSUER_HOST=0.0.0.0\n",
    "own.json": json.dumps({"rootfs": {}, "config": {"Env": ["TOKEN_ISSUER_PROFILE=google"]}}),
    "own.sh": "docker run -e TOKEN_ISSUER_PORT image\n",
    "own-seed.env": "TOKEN_ISSUER_KEY_SEED=correct-horse-battery-staple\n",
    "own-seed.yaml": "env:\n- name: TOKEN_ISSUER_KEY_SEED\n  valueFrom: {secretKeyRef: {}}\n",
    "own-url.env": "TOKEN_ISSUER_PUBLIC_URL=https://a.example\n",
    "own-unknown.env": "TOKEN_ISSUER_ANYTHING=1\n",
}
for path, content in FILES.items():
    plant_file(f"setting in {path}", "settings", path, lambda _, content=content: content)  # type: ignore[misc]  # the default
