import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;

/** Log in to an application without a browser: `java LoginTest.java`. In JUnit, each test is a method. */
public class LoginTest {
  static final Map<String, String> ENV = System.getenv();
  static final String APP_URL = ENV.getOrDefault("APP_URL", "http://localhost:3000");
  static final String ISSUER_URL = ENV.getOrDefault("ISSUER_URL", "http://localhost:8081");

  public static void main(String[] options) throws Exception {
    plan("{\"user\": \"bob\", \"claims\": {\"tier\": \"gold\"}}");
    check(logIn(), 200, "bob@example.com");

    plan("{\"deny\": true}");
    check(logIn(), 403, "access_denied");
  }

  /** Plan what the user of the next login decides, so that no page is shown. */
  static void plan(String login) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(ISSUER_URL + "/admin/logins"))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(login))
        .build();
    check(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()), 200, "logins");
  }

  /** Follow the application to the issuer and back, as a new browser. */
  static HttpResponse<String> logIn() throws IOException, InterruptedException {
    var browser = HttpClient.newBuilder()
        .cookieHandler(new CookieManager())
        .followRedirects(HttpClient.Redirect.NORMAL)
        .build();
    var request = HttpRequest.newBuilder(URI.create(APP_URL + "/login")).build();
    return browser.send(request, BodyHandlers.ofString());
  }

  static void check(HttpResponse<String> response, int status, String text) {
    if (response.statusCode() != status || !response.body().contains(text)) {
      throw new AssertionError(response + " " + response.body());
    }
  }
}
