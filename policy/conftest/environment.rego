# Decides which namespaces are production: all except those labelled as another environment.
package dev_only

# A manifest names its namespace, but not the labels of the namespace. The labels come from the
# Namespace manifests among the files (conftest --combine) and from a data file (conftest --data):
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
