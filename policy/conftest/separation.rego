# Refuses Kubernetes manifests and Compose files that deploy the dev-only token issuer to production:
# its image, its names, and settings that point to it. See ../README.md.
package dev_only

deny contains message if {
	some subject in subjects
	some image in subject.images
	regex.match(dev_name, lower(image))
	message := sprintf(
		"[dev_image] %s: the image names the dev-only %s: %s. Remedy: %s",
		[subject.title, service_name, image, leave_out],
	)
}

deny contains message if {
	some subject in subjects
	some name in subject.names
	regex.match(dev_name, lower(name))
	message := sprintf(
		"[dev_name] %s: a name, label, host or path names the dev-only %s: %s. Remedy: %s",
		[subject.title, service_name, name, leave_out],
	)
}

deny contains message if {
	some subject in subjects
	some label in subject.labels
	label.name == image_label
	label.value != "false"
	message := sprintf(
		"[dev_label] %s: the label %s marks it as dev-only. Remedy: %s",
		[subject.title, label.name, leave_out],
	)
}

deny contains message if {
	some subject in subjects
	some text in subject.texts
	leads_to_issuer(lower(text.text))
	not has_certificate(lower(text.text))
	message := sprintf(
		"[dev_setting] %s: %s points to the dev-only %s or hides its host. Remedy: %s",
		[subject.title, text.at, service_name, reconfigure],
	)
}

deny contains message if {
	some subject in subjects
	some text in subject.texts
	regex.match(credential, lower(text.text))
	message := sprintf(
		"[dev_credential] %s: %s contains a code, token or cookie of the dev-only %s. Remedy: %s",
		[subject.title, text.at, service_name, log_in],
	)
}

deny contains message if {
	some subject in subjects
	some text in subject.texts
	has_certificate(lower(text.text))
	message := sprintf(
		"[dev_authority] %s: %s contains a certificate of the dev-only %s. Remedy: %s",
		[subject.title, text.at, service_name, distrust],
	)
}

leave_out := "remove it from production. If it is your own, rename it: the name is reserved."

reconfigure := "set it to the URI of your production identity provider, without encoded characters."

log_in := "log in at your production identity provider, and set it to what it gives you."

distrust := "remove the certificate: a client that trusts it accepts the simulator as another server."

has_certificate(text) if regex.match(certificate_in_der, text)

has_certificate(text) if regex.match(certificate, regex.replace(text, `\\+[nr]|\s`, ""))

leads_to_issuer(text) if {
	some line in split(text, "\n")
	regex.match(dev_name_in_setting, line)
	not regex.match(other_issuer, line)
}

leads_to_issuer(text) if regex.match(hidden_host, text)

leads_to_issuer(text) if {
	some line in split(text, "\n")
	regex.match(about_keys, line)
	regex.match(local_dev_port, line)
}
