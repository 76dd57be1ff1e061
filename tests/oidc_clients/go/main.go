// An OpenID Connect client with go-oidc: `client ISSUER_URL AUDIENCE`.
// Speaks the protocol of tests/oidc_clients/clients.py.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"

	"github.com/coreos/go-oidc/v3/oidc"
)

func main() {
	ctx := context.Background()
	say := json.NewEncoder(os.Stdout).Encode
	refuse := func(err error) { say(map[string]string{"refused": err.Error()}) }

	provider, err := oidc.NewProvider(ctx, os.Args[1])
	if err != nil {
		refuse(err)
		return
	}
	var metadata map[string]any
	if err := provider.Claims(&metadata); err != nil {
		refuse(err)
		return
	}
	say(map[string]any{"issuer": metadata["issuer"]})
	verifier := provider.Verifier(&oidc.Config{ClientID: os.Args[2]})
	tokens := bufio.NewScanner(os.Stdin)
	for tokens.Scan() {
		token, err := verifier.Verify(ctx, tokens.Text())
		var claims map[string]any
		if err == nil {
			err = token.Claims(&claims)
		}
		if err != nil {
			refuse(err)
			continue
		}
		say(map[string]any{"claims": claims})
	}
}
