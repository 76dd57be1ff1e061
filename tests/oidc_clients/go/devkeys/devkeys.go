// Package devkeys rejects key sets of the dev-only issuer.
package devkeys

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// SHA-256 of the first 24 bytes of each RSA modulus of the issuer.
const mark = "012fae3e5af75c1a649a85f4562e4e032ef373ee6735e8afdb20330ccc76521b"

// Transport is an http.RoundTripper for the client that fetches keys.
type Transport struct{ Base http.RoundTripper }

func (t Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.Base.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	if response.Header.Values("X-Dev-Only") != nil || isMarked(body) {
		return nil, fmt.Errorf("%s serves keys of the dev-only issuer", request.URL.Redacted())
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

func isMarked(body []byte) bool {
	var set struct {
		DevOnly json.RawMessage `json:"dev_only"`
	}
	// The library reports a document that is not a key set.
	_ = json.NewDecoder(bytes.NewReader(body)).Decode(&set)
	// Libraries differ in which of the members n and N they read, so none may be marked.
	tokens, name := json.NewDecoder(bytes.NewReader(body)), ""
	tokens.UseNumber()
	for token, err := tokens.Token(); err == nil; token, err = tokens.Token() {
		text, _ := token.(string)
		if strings.EqualFold(name, "n") && isMarkedModulus(text) {
			return true
		}
		name = text
	}
	return set.DevOnly != nil
}

func isMarkedModulus(text string) bool {
	modulus, _ := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	modulus = bytes.TrimLeft(modulus, "\x00")
	start := sha256.Sum256(modulus[:min(24, len(modulus))])
	return hex.EncodeToString(start[:]) == mark
}
