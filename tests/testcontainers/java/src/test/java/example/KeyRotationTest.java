package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.auth0.jwk.JwkProvider;
import com.auth0.jwk.JwkProviderBuilder;
import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.interfaces.RSAPublicKey;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

@Testcontainers
class KeyRotationTest {
    static final String SECRET = "any-secret-of-this-test";

    @Container
    final GenericContainer<?> container = new GenericContainer<>("token-issuer")
            .withExposedPorts(8081)
            .withEnv("TOKEN_ISSUER_ADMIN_TOKEN", SECRET)
            .waitingFor(Wait.forHttp("/health").forPort(8081));

    @Test
    void verifierFetchesTheKeysAgainAfterARotation() throws Exception {
        JwkProvider keys = new JwkProviderBuilder(url()).build(); // reads /.well-known/jwks.json
        verify(keys);
        call("POST", "/admin/keys/rotate", "{\"lead\":\"0s\"}");
        verify(keys);
        assertEquals(2, call("GET", "/admin/requests?path=/.well-known/jwks.json", "").get("count").asInt());
    }

    void verify(JwkProvider keys) throws Exception {
        var token = JWT.decode(call("POST", "/token", "{\"sub\":\"alice\"}").get("access_token").asText());
        var key = (RSAPublicKey) keys.get(token.getKeyId()).getPublicKey();
        JWT.require(Algorithm.RSA256(key)).withAudience("stream-watcher-docker").build().verify(token);
    }

    JsonNode call(String method, String path, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url() + path))
                .header("Authorization", "Bearer " + SECRET)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
        var response = HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
        return new ObjectMapper().readTree(response.body());
    }

    String url() {
        return "http://" + container.getHost() + ":" + container.getMappedPort(8081);
    }
}
