package client;

import com.google.api.client.json.gson.GsonFactory;
import com.google.api.client.json.webtoken.JsonWebSignature;
import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.IdTokenCredentials;
import com.google.auth.oauth2.IdTokenProvider;
import com.google.auth.oauth2.ImpersonatedCredentials;
import com.google.auth.oauth2.OAuth2Credentials;
import com.google.auth.oauth2.TokenVerifier;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Google's client for Java: run each flow, and print the results as JSON. Reads nothing but the
 * environment, as tests/google_clients/catalogue.py describes it. Each call is what an application
 * does in production.
 */
public class Client {
  static final Map<String, String> ENV = System.getenv();
  static final String AUDIENCE = ENV.get("AUDIENCE");
  static final List<String> SCOPES = List.of("https://www.googleapis.com/auth/cloud-platform");
  static final String FIREBASE_KEYS =
      "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";

  static Object verifyIdToken(String name) throws Exception {
    return verify(name, TokenVerifier.newBuilder()
        .setAudience(AUDIENCE)
        .setIssuer("https://accounts.google.com"));
  }

  static Object verifyIapToken(String name) throws Exception {
    return verify(name, TokenVerifier.newBuilder()
        .setAudience(AUDIENCE)
        .setIssuer("https://cloud.google.com/iap"));
  }

  static Object verifyFirebaseToken(String name) throws Exception {
    return verify(name, TokenVerifier.newBuilder()
        .setAudience(ENV.get("PROJECT"))
        .setIssuer("https://securetoken.google.com/" + ENV.get("PROJECT"))
        .setCertificatesLocation(FIREBASE_KEYS));
  }

  static Object verify(String name, TokenVerifier.Builder builder) throws Exception {
    JsonWebSignature token = builder.build().verify(ENV.get(name));
    return token.getPayload();
  }

  static GoogleCredentials read(String name) throws IOException {
    try (var file = new FileInputStream(ENV.get(name))) {
      return GoogleCredentials.fromStream(file).createScoped(SCOPES);
    }
  }

  static ImpersonatedCredentials impersonate() throws IOException {
    var source = read("SERVICE_ACCOUNT_FILE");
    return ImpersonatedCredentials.create(source, ENV.get("IMPERSONATED"), null, SCOPES, 3600);
  }

  static Object fetch(OAuth2Credentials credentials) throws IOException {
    return credentials.refreshAccessToken().getTokenValue();
  }

  static Object fetchIdToken(Object provider) throws IOException {
    return fetch(IdTokenCredentials.newBuilder()
        .setIdTokenProvider((IdTokenProvider) provider)
        .setTargetAudience(AUDIENCE)
        .setOptions(List.of(IdTokenProvider.Option.INCLUDE_EMAIL))
        .build());
  }

  static Map<String, Object> run(Callable<Object> flow) {
    try {
      return Map.of("result", flow.call());
    } catch (Exception error) {
      var cause = error.getCause();
      return Map.of("refused", error + (cause == null ? "" : " " + cause));
    }
  }

  public static void main(String[] options) throws IOException {
    Map<String, Callable<Object>> flows = new LinkedHashMap<>();
    flows.put("id-token", () -> verifyIdToken("ID_TOKEN"));
    flows.put("foreign-id-token", () -> verifyIdToken("FOREIGN_ID_TOKEN"));
    flows.put("iap-token", () -> verifyIapToken("IAP_TOKEN"));
    flows.put("foreign-iap-token", () -> verifyIapToken("FOREIGN_IAP_TOKEN"));
    flows.put("firebase-token", () -> verifyFirebaseToken("FIREBASE_TOKEN"));
    flows.put("foreign-firebase-token", () -> verifyFirebaseToken("FOREIGN_FIREBASE_TOKEN"));
    flows.put("metadata-access-token", () -> fetch(ComputeEngineCredentials.create()));
    flows.put("metadata-id-token", () -> fetchIdToken(ComputeEngineCredentials.create()));
    flows.put("service-account-access-token", () -> fetch(read("SERVICE_ACCOUNT_FILE")));
    flows.put("service-account-id-token", () -> fetchIdToken(read("SERVICE_ACCOUNT_FILE")));
    flows.put("foreign-service-account-access-token", () -> fetch(read("FOREIGN_SERVICE_ACCOUNT_FILE")));
    flows.put("external-account-of-a-file", () -> fetch(read("EXTERNAL_FILE")));
    flows.put("external-account-of-a-url", () -> fetch(read("EXTERNAL_URL_FILE")));
    flows.put("external-account-for-service-account", () -> fetch(read("EXTERNAL_IMPERSONATION_FILE")));
    flows.put("impersonated-access-token", () -> fetch(impersonate()));
    flows.put("impersonated-id-token", () -> fetchIdToken(impersonate()));

    Map<String, Object> outcomes = new LinkedHashMap<>();
    flows.forEach((name, flow) -> outcomes.put(name, run(flow)));
    var version = GoogleCredentials.class.getPackage().getImplementationVersion();
    var results = Map.of("version", String.valueOf(version), "flows", outcomes);
    System.out.println(
        GsonFactory.getDefaultInstance().toString(Map.of("google-auth-library-oauth2-http", results)));
  }
}
