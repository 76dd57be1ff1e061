package login;

import java.time.Instant;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Log in with Spring Security, which sends PKCE, state and nonce by default. */
@RestController
@SpringBootApplication
public class Login {
  public static void main(String[] options) {
    SpringApplication.run(Login.class, options);
  }

  @Bean
  SecurityFilterChain protect(HttpSecurity http, ClientRegistrationRepository clients) {
    var logout = new OidcClientInitiatedLogoutSuccessHandler(clients);
    logout.setPostLogoutRedirectUri("{baseUrl}/");
    return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
        .oauth2Login(Customizer.withDefaults())
        .logout(configurer -> configurer.logoutSuccessHandler(logout))
        .build();
  }

  /** Return the claims of the ID token and of userinfo. */
  @GetMapping("/me")
  public Map<String, Object> show(@AuthenticationPrincipal OidcUser user) {
    return user.getClaims();
  }

  /** Use the access token, which Spring refreshes before if it is about to expire. */
  @GetMapping("/refresh")
  public Map<String, Instant> refresh(
      @RegisteredOAuth2AuthorizedClient("google") OAuth2AuthorizedClient client) {
    return Map.of("issued_at", client.getAccessToken().getIssuedAt());
  }
}
