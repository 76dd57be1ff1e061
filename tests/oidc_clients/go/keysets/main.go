// go-oidc, whose key sets are checked by the package devkeys.
// Speaks the protocol of tests/oidc_clients/test_dev_keys.py.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"

	"oidcclient/devkeys"
)

func main() {
	client := &http.Client{Transport: devkeys.Transport{Base: http.DefaultTransport}}
	ctx := oidc.ClientContext(context.Background(), client)
	config := &oidc.Config{SkipClientIDCheck: true, SkipIssuerCheck: true}
	verifiers := map[string]*oidc.IDTokenVerifier{}
	say := json.NewEncoder(os.Stdout).Encode
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		url, token, _ := strings.Cut(lines.Text(), " ")
		if verifiers[url] == nil {
			verifiers[url] = oidc.NewVerifier("", oidc.NewRemoteKeySet(ctx, url), config)
		}
		verified, err := verifiers[url].Verify(ctx, token)
		var claims map[string]any
		if err == nil {
			err = verified.Claims(&claims)
		}
		if err != nil {
			say(map[string]string{"refused": err.Error()})
			continue
		}
		say(map[string]any{"claims": claims})
	}
}
