# Which namespaces are production: all but those that are labelled as something else.
package dev_only

# Manifests say to which namespace they go, seldom how it is labelled. That is taken from Namespace
# manifests beside them (conftest --combine) and from a file of labels (conftest --data):
#
#   namespaces:
#     qa: {environment: qa}
is_production(namespace, manifests) if count(words(namespace, manifests)) == 0

is_production(namespace, manifests) if {
	some word in words(namespace, manifests)
	not word in non_production_words
}

words(namespace, manifests) := words_of_manifests(namespace, manifests) | words_of_data(namespace)

words_of_manifests(namespace, manifests) := {word |
	some manifest in manifests
	manifest.kind == "Namespace"
	manifest.metadata.name == namespace
	word := manifest.metadata.labels[namespace_label]
}

words_of_data(namespace) := {word | word := data.namespaces[namespace][namespace_label]}
