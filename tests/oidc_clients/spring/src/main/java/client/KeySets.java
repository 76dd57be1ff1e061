package client;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HashMap;
import java.util.Map;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import tools.jackson.databind.json.JsonMapper;

/**
 * Spring Security, whose key sets are checked by {@link DevKeys}. Speaks the protocol of
 * tests/oidc_clients/test_dev_keys.py.
 */
public final class KeySets {
  public static void main(String[] options) throws Exception {
    var mapper = JsonMapper.builder().build();
    var decoders = new HashMap<String, NimbusJwtDecoder>();
    var lines = new BufferedReader(new InputStreamReader(System.in));
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      var parts = line.split(" ");
      var decoder = decoders.computeIfAbsent(parts[0], KeySets::createDecoder);
      Map<String, Object> answer;
      try {
        answer = Map.of("claims", Map.of("sub", decoder.decode(parts[1]).getSubject()));
      } catch (JwtException error) {
        answer = Map.of("refused", error.getMessage());
      }
      System.out.println(mapper.writeValueAsString(answer));
    }
  }

  private static NimbusJwtDecoder createDecoder(String uri) {
    return NimbusJwtDecoder.withJwkSetUri(uri).restOperations(DevKeys.rejecting()).build();
  }
}
