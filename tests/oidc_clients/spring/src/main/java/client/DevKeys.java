package client;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.ParseException;
import java.time.Duration;
import java.util.HexFormat;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.BufferingClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.util.StreamUtils;
import org.springframework.web.client.RestTemplate;

/** Rejects key sets of the dev-only issuer. */
public final class DevKeys {
  /** SHA-256 of a zero byte and the first 24 bytes of each RSA modulus of the issuer. */
  private static final String MARK =
      "3393736438c5baca1491d6a3a8f7db3d75476541c0d4f5c92f16436b1341b486";
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** Returns the RestOperations for {@code NimbusJwtDecoder.withJwkSetUri(…).restOperations(…)}. */
  public static RestTemplate rejecting() {
    var requests = new SimpleClientHttpRequestFactory(); // waits without a limit by default
    requests.setConnectTimeout(TIMEOUT);
    requests.setReadTimeout(TIMEOUT);
    var rest = new RestTemplate(new BufferingClientHttpRequestFactory(requests));
    rest.getInterceptors().add(DevKeys::check);
    return rest;
  }

  private static ClientHttpResponse check(
      HttpRequest request, byte[] body, ClientHttpRequestExecution execution) throws IOException {
    var response = execution.execute(request, body);
    try {
      var set = JWKSet.parse(StreamUtils.copyToString(response.getBody(), StandardCharsets.UTF_8));
      var isDevOnly = response.getHeaders().getFirst("X-Dev-Only") != null
          || set.getAdditionalMembers().containsKey("dev_only");
      for (JWK key : set.getKeys()) {
        isDevOnly |= key instanceof RSAKey rsa && isMarked(rsa);
      }
      if (isDevOnly) {
        throw new IOException(request.getURI() + " serves keys of the dev-only issuer");
      }
      return response;
    } catch (GeneralSecurityException | ParseException error) {
      throw new IOException(request.getURI() + " serves no key set", error);
    }
  }

  private static boolean isMarked(RSAKey key) throws GeneralSecurityException {
    var modulus = key.getModulus().decodeToBigInteger();
    var start = modulus.shiftRight(modulus.bitLength() - 24 * 8).toByteArray();
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(start)).equals(MARK);
  }
}
