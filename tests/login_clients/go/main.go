// Log in with go-oidc and golang.org/x/oauth2: authorization code, PKCE, state and nonce.
//
// Environment: ISSUER_URL (default: Google), CLIENT_ID, CLIENT_SECRET, PORT (default: 3000).
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"net/url"
	"os"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

var (
	issuerURL = cmp.Or(os.Getenv("ISSUER_URL"), "https://accounts.google.com")
	host      = "localhost:" + cmp.Or(os.Getenv("PORT"), "3000")
	appURL    = "http://" + host
	clientID  = os.Getenv("CLIENT_ID")
)

// session is the state of one browser: during the login what the response must match, then the user.
type session struct {
	state, nonce, verifier string
	tokens                 *oauth2.Token
	idToken                string
	user                   map[string]any
}

type app struct {
	provider   *oidc.Provider
	config     oauth2.Config
	endSession string
	sessions   sync.Map // cookie → session
}

func main() {
	provider, err := oidc.NewProvider(context.Background(), issuerURL)
	if err != nil {
		log.Fatal(err)
	}
	var metadata struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := provider.Claims(&metadata); err != nil {
		log.Fatal(err)
	}
	app := &app{
		provider: provider,
		config: oauth2.Config{
			ClientID:     clientID,
			ClientSecret: os.Getenv("CLIENT_SECRET"),
			Endpoint:     provider.Endpoint(),
			RedirectURL:  appURL + "/callback",
			Scopes:       []string{oidc.ScopeOpenID, "email", "profile"},
		},
		endSession: metadata.EndSession,
	}
	http.HandleFunc("/login", app.login)
	http.HandleFunc("/callback", app.callback)
	http.HandleFunc("/me", app.me)
	http.HandleFunc("/refresh", app.refresh)
	http.HandleFunc("/logout", app.logout)
	log.Fatal(http.ListenAndServe(host, nil))
}

func (app *app) login(w http.ResponseWriter, r *http.Request) {
	login := session{state: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier()}
	app.start(w, login)
	http.Redirect(w, r, app.config.AuthCodeURL(
		login.state,
		oauth2.AccessTypeOffline,
		oauth2.S256ChallengeOption(login.verifier),
		oidc.Nonce(login.nonce),
	), http.StatusFound)
}

func (app *app) callback(w http.ResponseWriter, r *http.Request) {
	id, login := app.find(r)
	app.sessions.Delete(id)
	query := r.URL.Query()
	if login.state == "" || query.Get("state") != login.state {
		http.Error(w, "state: not that of this browser", http.StatusForbidden)
		return
	}
	if reason := query.Get("error"); reason != "" {
		http.Error(w, "login failed: "+reason, http.StatusForbidden)
		return
	}
	user, err := app.redeem(r.Context(), query.Get("code"), login)
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	app.start(w, user)
	http.Redirect(w, r, "/me", http.StatusFound)
}

// redeem exchanges the code for tokens, verifies the ID token, and fetches the claims of the user.
func (app *app) redeem(ctx context.Context, code string, login session) (session, error) {
	tokens, err := app.config.Exchange(ctx, code, oauth2.VerifierOption(login.verifier))
	if err != nil {
		return session{}, err
	}
	raw, _ := tokens.Extra("id_token").(string)
	idToken, err := app.provider.Verifier(&oidc.Config{ClientID: clientID}).Verify(ctx, raw)
	if err != nil {
		return session{}, err
	}
	if idToken.Nonce != login.nonce {
		return session{}, errors.New("nonce: not that of this login")
	}
	if err := idToken.VerifyAccessToken(tokens.AccessToken); err != nil {
		return session{}, err
	}
	user, err := app.fetchUser(ctx, tokens, idToken.Subject)
	return session{tokens: tokens, idToken: raw, user: user}, err
}

func (app *app) fetchUser(
	ctx context.Context, tokens *oauth2.Token, subject string,
) (user map[string]any, err error) {
	info, err := app.provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return nil, err
	}
	if info.Subject != subject {
		return nil, errors.New("userinfo: sub of another user")
	}
	err = info.Claims(&user)
	return user, err
}

func (app *app) me(w http.ResponseWriter, r *http.Request) {
	_, current := app.find(r)
	if current.user == nil {
		http.Error(w, "not logged in", http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(current.user)
}

// refresh gets new tokens at once; usually a token source does when the access token expires.
func (app *app) refresh(w http.ResponseWriter, r *http.Request) {
	id, current := app.find(r)
	if current.user == nil {
		http.Error(w, "not logged in", http.StatusUnauthorized)
		return
	}
	expired := &oauth2.Token{RefreshToken: current.tokens.RefreshToken}
	tokens, err := app.config.TokenSource(r.Context(), expired).Token()
	if err == nil {
		current.tokens = tokens
		current.user, err = app.fetchUser(r.Context(), tokens, current.user["sub"].(string))
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	app.sessions.Store(id, current)
	http.Redirect(w, r, "/me", http.StatusFound)
}

func (app *app) logout(w http.ResponseWriter, r *http.Request) {
	id, current := app.find(r)
	app.sessions.Delete(id)
	if app.endSession == "" { // Google has none
		http.Redirect(w, r, "/me", http.StatusFound)
		return
	}
	parameters := url.Values{
		"id_token_hint":            {current.idToken},
		"post_logout_redirect_uri": {appURL + "/me"},
	}
	http.Redirect(w, r, app.endSession+"?"+parameters.Encode(), http.StatusFound)
}

func (app *app) start(w http.ResponseWriter, started session) {
	id := rand.Text()
	app.sessions.Store(id, started)
	http.SetCookie(w, &http.Cookie{
		Name: "session", Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func (app *app) find(r *http.Request) (string, session) {
	cookie, err := r.Cookie("session")
	if err != nil {
		return "", session{}
	}
	found, _ := app.sessions.Load(cookie.Value)
	current, _ := found.(session)
	return cookie.Value, current
}
