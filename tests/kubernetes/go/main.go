// Command restricted reads a Deployment from standard input, decodes it strictly with the API's own
// types, and judges its pods by the restricted level of Pod Security Admission, with the API server's
// evaluator. It prints what the level forbids, one reason per line.
package main

import (
	"fmt"
	"io"
	"os"

	apps "k8s.io/api/apps/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

func main() {
	reasons, err := judge(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "restricted:", err)
		os.Exit(2)
	}
	for _, reason := range reasons {
		fmt.Println(reason)
	}
}

func judge(input io.Reader) ([]string, error) {
	text, err := io.ReadAll(input)
	if err != nil {
		return nil, err
	}
	var deployment apps.Deployment
	if err := yaml.UnmarshalStrict(text, &deployment); err != nil {
		return nil, err
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks())
	if err != nil {
		return nil, err
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	template := deployment.Spec.Template
	var reasons []string
	for _, result := range evaluator.EvaluatePod(level, &template.ObjectMeta, &template.Spec) {
		if !result.Allowed {
			reasons = append(reasons, result.ForbiddenReason+": "+result.ForbiddenDetail)
		}
	}
	return reasons, nil
}
