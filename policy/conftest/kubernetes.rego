# Reads Kubernetes manifests of any kind: one subject for each manifest in a production namespace.
package dev_only

documents contains input if is_object(input)

documents contains entry.contents if { # conftest --combine
	is_array(input)
	some entry in input
}

manifests contains manifest if {
	some manifest in documents
	manifest.kind
	not manifest.items
}

manifests contains manifest if {
	some document in documents
	some manifest in list(document, "items")
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

# An empty part of a file is null; return an empty list or mapping instead.
list(part, field) := part[field] if {
	is_array(part[field])
} else := []

mapping(part, field) := part[field] if {
	is_object(part[field])
} else := {}

# The pod template of a manifest. Kinds of extensions have it in the same places.
template_of(manifest) := manifest if {
	manifest.spec.containers
} else := manifest.spec.jobTemplate.spec.template if {
	manifest.spec.jobTemplate
} else := manifest.spec.template if {
	manifest.spec.template
} else := manifest.template if {
	manifest.template
} else := {}

pod_of(manifest) := mapping(template_of(manifest), "spec")

metadata_of(manifest) := [mapping(manifest, "metadata"), mapping(template_of(manifest), "metadata")]

containers_of(manifest) := {container |
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in list(pod_of(manifest), field)
}

images_of(manifest) := {image |
	some images in [
		{container.image | some container in containers_of(manifest)},
		{volume.image.reference | some volume in list(pod_of(manifest), "volumes")},
	]
	some image in images
}

labels_of(manifest) := {{"name": name, "value": text} |
	some metadata in metadata_of(manifest)
	some name, value in mapping(metadata, "labels")
	text := sprintf("%v", [value])
}

names_of(manifest) := {name |
	some names in [
		{metadata[field] | some metadata in metadata_of(manifest); some field in ["name", "generateName"]},
		{sprintf("%v=%v", [label.name, label.value]) | some label in labels_of(manifest)},
		{container.name | some container in containers_of(manifest)},
		{pod_of(manifest)[field] | some field in ["hostname", "subdomain"]},
		{name | some alias in list(pod_of(manifest), "hostAliases"); some name in list(alias, "hostnames")},
	]
	some name in names
}

routes_of(manifest) := routes_of_service(mapping(manifest, "spec")) if {
	manifest.kind == "Service"
} else := routes_of_ingress(mapping(manifest, "spec")) if {
	manifest.kind == "Ingress"
} else := set()

routes_of_service(spec) := {spec.externalName | true} | {route |
	some key, value in mapping(spec, "selector")
	route := sprintf("%v=%v", [key, value])
}

routes_of_ingress(spec) := {route |
	rules := list(spec, "rules")
	paths := [path | some rule in rules; some path in list(mapping(rule, "http"), "paths")]
	some routes in [
		{rule.host | some rule in rules},
		{path.backend.service.name | some path in paths},
		{spec.defaultBackend.service.name | true},
	]
	some route in routes
}

settings_of(manifest) := {{"at": at, "text": text} |
	some container in containers_of(manifest)
	some variable in list(container, "env")
	at := sprintf("%v of container %v", [variable.name, container.name])
	text := sprintf("%v=%v", [variable.name, variable.value])
}

commands_of(manifest) := {{"at": at, "text": text} |
	some container in containers_of(manifest)
	at := sprintf("command of container %v", [container.name])
	text := concat(" ", array.concat(list(container, "command"), list(container, "args")))
}

data_of(manifest) := {{"at": at, "text": text} |
	some key, value in plain_data_of(manifest)
	at := sprintf("key %v", [key])
	text := sprintf("%v=%v", [key, value])
}

plain_data_of(manifest) := mapping(manifest, "data") if {
	manifest.kind == "ConfigMap"
} else := object.union(decoded, mapping(manifest, "stringData")) if {
	manifest.kind == "Secret"
	decoded := {key: base64.decode(value) | some key, value in mapping(manifest, "data")}
} else := {}
