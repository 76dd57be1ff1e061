# The dev marks of the guard. The regular expressions match text in lower case.
package dev_only

# ci/policy: marks
service_name := `token-issuer`

image_label := `dev-only`

dev_name := `(?:^|[^a-z]|%[0-9a-f]{2})token[-_]issuer(?:[^a-z]|$)|(?:^|[^a-z0-9-]|%[0-9a-f]{2})issuer\.local\.*(?:[^a-z0-9.-]|$)`

dev_name_in_setting := `(?:^|[^a-z]|%[0-9a-f]{2})token(?:-issuer(?:[^a-z]|$)|_issuer(?:[\x22\x27]?\s*(?:[^a-z=:\s\x22\x27]|:(?:[^\s\x22\x27]|$)|$)|[\s\x22\x27]\s*[a-z\x22\x27]))|(?:^|[^a-z0-9-]|%[0-9a-f]{2})issuer\.local\.*(?:[^a-z0-9.-]|$)`

other_issuer := `^(?:[a-z0-9_-]*\.[a-z0-9_.-]*=)?[\s\x22\x27{,-]*(?:[a-z0-9_.-]*issuer|(?:[a-z0-9_.-]*[_.-])?iss)[\x22\x27]?\s*[:=][\s\x22\x27]*[a-z0-9_-]*(?:[a-z][0-9_-]+token[-_]issuer|token[-_]issuer[0-9_-]+[a-z])[a-z0-9_-]*[\s\x22\x27},;]*$`

hidden_host := `https?://(?:[^/?#\s]*@)?[^/?#@\s]*[%\x{ad}\x{17f}\x{2b0}-\x{2b8}\x{34f}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180f}\x{1d2c}-\x{1d6a}\x{200b}-\x{206f}\x{2100}-\x{214f}\x{2212}\x{2460}-\x{24ff}\x{3002}\x{3164}\x{fe00}-\x{fe0f}\x{fe50}-\x{fe6b}\x{feff}-\x{fff8}\x{1d400}-\x{1d7ff}\x{e0000}-\x{e0fff}][^/?#@\s]*(?:[/?#\s]|$)`

local_dev_port := `(?:^|[^a-z0-9_.-])(?:(?:[a-z0-9_.-]*\.)?(?:docker\.for\.mac\.host\.internal|docker\.for\.win\.host\.internal|docker\.internal|host\.containers\.internal|host\.k3d\.internal|host\.lima\.internal|host\.minikube\.internal|host\.orb\.internal|host\.rancher-desktop\.internal|ip6-localhost|ip6-loopback|lacolhost\.com|localho\.st|localhost|localhost\.localdomain|localhost4|localhost4\.localdomain4|localhost6|localhost6\.localdomain6|localtest\.me|lvh\.me|nip\.io|sslip\.io|traefik\.me|vcap\.me|xip\.io)|(?:0+|0*127|0+177|0x0*7f)(?:\.[0-9a-fx]+){0,3}|0x7f[0-9a-f]{6}|0+177[0-7]{8}|21[34][0-9]{7}|172\.(?:17|18|19|20|21|22|23|24|25|26|27|28|29|30|31)\.0\.1|192\.168\.65\.2|192\.168\.65\.254|\[(?:[0:]*1?|[0-9a-f:]*:(?:127\.[0-9.]+|7f[0-9a-f]{2}:[0-9a-f]+|172\.(?:17|18|19|20|21|22|23|24|25|26|27|28|29|30|31)\.0\.1)(?:::)?)(?:%[^\]]*)?\]|//)\.*:0*8081(?:[^0-9]|$)`

about_keys := `authorization_endpoint|authorize|certs|end_session|introspect|issuer|jwk|jwt|metadata_host|metadata_ip|metadata_root|oauth|oidc|openid|token|userinfo`

credential := `(?:dev-only-code\.|dev-only-refresh\.|ya29\.dev-only\.|dev-only-jti\.|dev-only-device\.|dev-only-session\.|dev-only-login\.|dev-only-device-page\.)[a-z0-9_-]{38}`

certificate := `revwie9otfkgdg9rzw4taxnzdwvy|rfvibptkxzihrva2vulwlzc3vlc|ervygt05mwsb0b2tlbi1pc3n1zx`

certificate_in_der := `[\x15\x18]dev only token-issuer`

namespace_label := "environment"

non_production_words := {"ci", "dev", "development", "docker", "local", "qa", "test", "testing"}

# ci/policy: end
