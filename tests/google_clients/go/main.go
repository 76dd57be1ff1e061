// Google's clients for Go: run each flow, and print the results as JSON.
// Reads nothing but the environment, as tests/google_clients/catalogue.py describes it. Each call is
// what an application does in production.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"
	authidtoken "cloud.google.com/go/auth/credentials/idtoken"
	"cloud.google.com/go/auth/credentials/impersonate"
	"google.golang.org/api/idtoken"
)

type flow func() (any, error)

var (
	ctx      = context.Background()
	audience = os.Getenv("AUDIENCE")
	scopes   = []string{"https://www.googleapis.com/auth/cloud-platform"}
)

func validate(name string) flow {
	return func() (any, error) {
		payload, err := idtoken.Validate(ctx, os.Getenv(name), audience)
		if err != nil {
			return nil, err
		}
		return payload.Claims, nil
	}
}

func validateWithAuth(name string) flow {
	return func() (any, error) {
		payload, err := authidtoken.Validate(ctx, os.Getenv(name), audience)
		if err != nil {
			return nil, err
		}
		return payload.Claims, nil
	}
}

func fetch(creds *auth.Credentials, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	token, err := creds.Token(ctx)
	if err != nil {
		return nil, err
	}
	return token.Value, nil
}

// Credentials of the metadata server if no file is named.
func detect(kind credentials.CredType, name string) (*auth.Credentials, error) {
	options := &credentials.DetectOptions{Scopes: scopes}
	if name == "" {
		return credentials.DetectDefault(options)
	}
	return credentials.NewCredentialsFromFile(kind, os.Getenv(name), options)
}

func accessToken(kind credentials.CredType, name string) flow {
	return func() (any, error) { return fetch(detect(kind, name)) }
}

func metadataIDToken() (any, error) {
	return fetch(authidtoken.NewCredentials(&authidtoken.Options{Audience: audience}))
}

func tokenSource(options ...idtoken.ClientOption) flow {
	return func() (any, error) {
		source, err := idtoken.NewTokenSource(ctx, audience, options...)
		if err != nil {
			return nil, err
		}
		token, err := source.Token()
		if err != nil {
			return nil, err
		}
		return token.AccessToken, nil
	}
}

func impersonatedAccessToken() (any, error) {
	source, err := detect(credentials.ServiceAccount, "SERVICE_ACCOUNT_FILE")
	if err != nil {
		return nil, err
	}
	return fetch(impersonate.NewCredentials(&impersonate.CredentialsOptions{
		TargetPrincipal: os.Getenv("IMPERSONATED"), Scopes: scopes, Credentials: source,
	}))
}

func impersonatedIDToken() (any, error) {
	source, err := detect(credentials.ServiceAccount, "SERVICE_ACCOUNT_FILE")
	if err != nil {
		return nil, err
	}
	return fetch(impersonate.NewIDTokenCredentials(&impersonate.IDTokenOptions{
		TargetPrincipal: os.Getenv("IMPERSONATED"), Audience: audience, IncludeEmail: true, Credentials: source,
	}))
}

func readKeyFile() (any, error) {
	return fetch(authidtoken.NewCredentialsFromFile(
		credentials.ServiceAccount, os.Getenv("SERVICE_ACCOUNT_FILE"), &authidtoken.Options{Audience: audience}))
}

var clients = map[string]map[string]flow{
	"cloud.google.com/go/auth": {
		"id-token":                             validateWithAuth("ID_TOKEN"),
		"foreign-id-token":                     validateWithAuth("FOREIGN_ID_TOKEN"),
		"iap-token":                            validateWithAuth("IAP_TOKEN"),
		"foreign-iap-token":                    validateWithAuth("FOREIGN_IAP_TOKEN"),
		"metadata-access-token":                accessToken("", ""),
		"metadata-id-token":                    metadataIDToken,
		"service-account-access-token":         accessToken(credentials.ServiceAccount, "SERVICE_ACCOUNT_FILE"),
		"service-account-id-token":             readKeyFile,
		"foreign-service-account-access-token": accessToken(credentials.ServiceAccount, "FOREIGN_SERVICE_ACCOUNT_FILE"),
		"external-account-of-a-file":           accessToken(credentials.ExternalAccount, "EXTERNAL_FILE"),
		"external-account-of-a-url":            accessToken(credentials.ExternalAccount, "EXTERNAL_URL_FILE"),
		"external-account-for-service-account": accessToken(credentials.ExternalAccount, "EXTERNAL_IMPERSONATION_FILE"),
		"impersonated-access-token":            impersonatedAccessToken,
		"impersonated-id-token":                impersonatedIDToken,
	},
	"google.golang.org/api": {
		"id-token":          validate("ID_TOKEN"),
		"foreign-id-token":  validate("FOREIGN_ID_TOKEN"),
		"iap-token":         validate("IAP_TOKEN"),
		"foreign-iap-token": validate("FOREIGN_IAP_TOKEN"),
		"metadata-id-token": tokenSource(),
		"service-account-id-token": tokenSource(
			idtoken.WithAuthCredentialsFile(idtoken.ServiceAccount, os.Getenv("SERVICE_ACCOUNT_FILE"))),
	},
}

func run(call flow) map[string]any {
	result, err := call()
	if err != nil {
		return map[string]any{"refused": err.Error()}
	}
	return map[string]any{"result": result}
}

func main() {
	versions := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			versions[module.Path] = module.Version
		}
	}
	results := map[string]any{}
	for name, flows := range clients {
		outcomes := map[string]any{}
		for key, call := range flows {
			outcomes[key] = run(call)
		}
		results[name] = map[string]any{"version": versions[name], "flows": outcomes}
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
