# Reads Compose files: one subject for each service. Every service counts as production.
package dev_only

subjects contains subject if {
	some file in documents
	not file.kind
	some name, service in mapping(file, "services")
	subject := {
		"title": sprintf("service %v", [name]),
		"images": {service.image | true},
		"names": ({name} | {service[field] | some field in ["container_name", "hostname"]}),
		"labels": {label | some label in pairs_of(service.labels)},
		"texts": (settings_of_service(service) | commands_of_service(service)),
	}
}

# Included files and extended services, whose content is not in the file that is checked.
subjects contains subject if {
	some file in documents
	not file.kind
	some title, reference in references(file)
	walk(reference, [_, name])
	is_string(name)
	subject := {"title": title, "images": set(), "names": {name}, "labels": set(), "texts": set()}
}

references(file) := object.union({"include": list(file, "include")}, {title: service.extends |
	some name, service in mapping(file, "services")
	title := sprintf("extends of service %v", [name])
})

settings_of_service(service) := {{"at": pair.name, "text": text} |
	some pair in pairs_of(service.environment)
	text := sprintf("%v=%v", [pair.name, pair.value])
}

commands_of_service(service) := {{"at": field, "text": text} |
	some field in ["entrypoint", "command"]
	text := text_of(service[field])
}

# In Compose files, environment and labels are a mapping or a list of `NAME=value`.
pairs_of(mapping) := pairs if {
	is_object(mapping)
	pairs := {{"name": name, "value": text} |
		some name, value in mapping
		text := sprintf("%v", [value])
	}
}

pairs_of(list) := pairs if {
	is_array(list)
	pairs := {{"name": name, "value": value} |
		some entry in list
		at := indexof(entry, "=")
		name := substring(entry, 0, at)
		value := substring(entry, at + 1, -1)
	}
}

text_of(words) := words if is_string(words)

text_of(words) := concat(" ", words) if is_array(words)
