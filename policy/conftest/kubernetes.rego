# What a Kubernetes manifest says, whatever its kind: one subject for each that goes to production.
package dev_only

documents := [entry.contents | some entry in input] if is_array(input) # conftest --combine

documents := [input] if is_object(input)

manifests contains manifest if {
	some manifest in documents
	manifest.kind
	not manifest.items
}

manifests contains manifest if {
	some list in documents
	some manifest in list.items
	manifest.kind
}

subjects contains subject if {
	some manifest in manifests
	namespace := object.get(manifest, ["metadata", "namespace"], "default")
	is_production(namespace, manifests)
	name := object.get(manifest, ["metadata", "name"], "(no name)")
	subject := {
		"title": sprintf("%v %v/%v", [manifest.kind, namespace, name]),
		"images": images_of(manifest),
		"names": (names_of(manifest) | routes_of(manifest)),
		"labels": labels_of(manifest),
		"texts": ((settings_of(manifest) | commands_of(manifest)) | data_of(manifest)),
	}
}

# Where the pod is described; kinds that come with extensions have it at the same places.
template_of(manifest) := manifest if {
	manifest.spec.containers
} else := manifest.spec.jobTemplate.spec.template if {
	manifest.spec.jobTemplate
} else := manifest.spec.template if {
	manifest.spec.template
} else := manifest.template if {
	manifest.template
} else := {}

metadata_of(manifest) := {manifest.metadata | true} | {template_of(manifest).metadata | true}

containers_of(manifest) := {container |
	pod := template_of(manifest).spec
	some list in ["containers", "initContainers", "ephemeralContainers"]
	some container in pod[list]
}

images_of(manifest) := {container.image | some container in containers_of(manifest)} | {volume.image.reference | some volume in template_of(manifest).spec.volumes}

labels_of(manifest) := {{"name": name, "value": text} |
	some metadata in metadata_of(manifest)
	some name, value in metadata.labels
	text := sprintf("%v", [value])
}

names_of(manifest) := {name |
	some names in [
		{metadata[field] | some metadata in metadata_of(manifest); some field in ["name", "generateName"]},
		{sprintf("%v=%v", [label.name, label.value]) | some label in labels_of(manifest)},
		{container.name | some container in containers_of(manifest)},
		{template_of(manifest).spec[field] | some field in ["hostname", "subdomain"]},
		{host | some host in template_of(manifest).spec.hostAliases[_].hostnames},
	]
	some name in names
}

routes_of(manifest) := routes_of_service(manifest.spec) if {
	manifest.kind == "Service"
} else := routes_of_ingress(manifest.spec) if {
	manifest.kind == "Ingress"
} else := set()

routes_of_service(spec) := {spec.externalName | true} | {route |
	some key, value in spec.selector
	route := sprintf("%v=%v", [key, value])
}

routes_of_ingress(spec) := {rule.host | some rule in spec.rules} | ({path.backend.service.name | some path in spec.rules[_].http.paths} | {spec.defaultBackend.service.name | true})

settings_of(manifest) := {{"at": at, "text": text} |
	some container in containers_of(manifest)
	some variable in container.env
	at := sprintf("%v of container %v", [variable.name, container.name])
	text := sprintf("%v=%v", [variable.name, variable.value])
}

commands_of(manifest) := {{"at": at, "text": text} |
	some container in containers_of(manifest)
	at := sprintf("command of container %v", [container.name])
	words := array.concat(object.get(container, "command", []), object.get(container, "args", []))
	text := concat(" ", words)
}

data_of(manifest) := {{"at": at, "text": text} |
	some key, value in entries_of(manifest)
	at := sprintf("key %v", [key])
	text := sprintf("%v=%v", [key, value])
}

entries_of(manifest) := object.get(manifest, "data", {}) if {
	manifest.kind == "ConfigMap"
} else := object.union(decoded, object.get(manifest, "stringData", {})) if {
	manifest.kind == "Secret"
	decoded := {key: text |
		some key, value in manifest.data
		text := base64.decode(value)
	}
} else := {}
