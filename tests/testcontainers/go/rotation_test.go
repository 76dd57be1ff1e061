package example

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

const secret, jwks = "any-secret-of-this-test", "/.well-known/jwks.json"

func TestVerifierFetchesTheKeysAgainAfterARotation(t *testing.T) {
	container, err := testcontainers.Run(t.Context(), "token-issuer",
		testcontainers.WithExposedPorts("8081/tcp"),
		testcontainers.WithEnv(map[string]string{"TOKEN_ISSUER_ADMIN_TOKEN": secret}),
		testcontainers.WithWaitStrategy(wait.ForHTTP("/health").WithPort("8081/tcp")))
	testcontainers.CleanupContainer(t, container) // even if it has not become ready
	require.NoError(t, err)
	url, err := container.PortEndpoint(t.Context(), "8081/tcp", "http")
	require.NoError(t, err)
	keys, err := keyfunc.NewDefaultCtx(t.Context(), []string{url + jwks})
	require.NoError(t, err)

	verify := func() {
		token := call(t, "POST", url+"/token", `{"sub":"alice"}`)["access_token"].(string)
		_, err := jwt.Parse(token, keys.Keyfunc,
			jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience("stream-watcher-docker"))
		require.NoError(t, err)
	}
	verify()
	call(t, "POST", url+"/admin/keys/rotate", `{"lead":"0s"}`)
	verify()
	require.EqualValues(t, 2, call(t, "GET", url+"/admin/requests?path="+jwks, "")["count"])
}

func call(t *testing.T, method, url, body string) (answer map[string]any) {
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+secret)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
	return answer
}
