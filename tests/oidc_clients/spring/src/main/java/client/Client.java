package client;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * A resource server of Spring Security with its defaults, which returns the claims of the bearer
 * token. Prints its URL when it listens.
 */
@RestController
@SpringBootApplication
public class Client {
  public static void main(String[] options) {
    var context = SpringApplication.run(Client.class, options);
    var port = context.getEnvironment().getProperty("local.server.port");
    System.out.println("{\"url\": \"http://127.0.0.1:" + port + "/\"}");
  }

  @GetMapping("/")
  public Map<String, Object> read(@AuthenticationPrincipal Jwt token) {
    return token.getClaims();
  }
}
