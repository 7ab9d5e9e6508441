package clients;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.BearerTokenErrors;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The shop's orders in Spring. */
@Profile("orders")
@Configuration
@EnableMethodSecurity
@RestController
class Orders {
	record Order(String id, String ownerId) {}

	private final Map<String, Order> orders;

	Orders(@Value("${OWNER}") String owner) {
		orders = Map.of("42", new Order("42", owner), "43", new Order("43", "usr_somebody_else"));
	}

	@Bean
	static JwtDecoder decoder(@Value("${ISSUER}") String issuer, @Value("${AUDIENCE}") String audience) {
		var decoder = NimbusJwtDecoder.withJwkSetUri(issuer + "/.well-known/jwks.json") // cached for five minutes
			.jwsAlgorithm(SignatureAlgorithm.ES256)
			.validateType(false) // the next does: at+jwt, which no ID token is
			.build();
		decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(
			JwtValidators.createAtJwtValidator().issuer(issuer).audience(audience)
				.validators(all -> all.put("client_id", new JwtClaimValidator<String>("client_id", id -> id != null))) // any
				.build(),
			new JwtTimestampValidator(Duration.ZERO))); // without it a right is had for a minute after its end
		return decoder;
	}

	/** Authorities are permissions; those that are held for what is one's own alone begin with "own ". */
	@Bean
	static JwtAuthenticationConverter authorities() {
		var converter = new JwtAuthenticationConverter();
		converter.setJwtGrantedAuthoritiesConverter(token -> {
			var all = new ArrayList<GrantedAuthority>();
			if (token.hasClaim("permissions")) {
				token.getClaimAsStringList("permissions").forEach(p -> all.add(new SimpleGrantedAuthority(p)));
			}
			if (token.hasClaim("permissions_own")) {
				token.getClaimAsStringList("permissions_own").forEach(p -> all.add(new SimpleGrantedAuthority("own " + p)));
			}
			return all;
		});
		return converter;
	}

	/** Spring would take the first of two headers, and something before it perhaps the second. */
	@Bean
	static BearerTokenResolver oneHeader() {
		var header = new DefaultBearerTokenResolver();
		return request -> {
			if (Collections.list(request.getHeaders("Authorization")).size() > 1) {
				throw new OAuth2AuthenticationException(BearerTokenErrors.invalidRequest("Send one access token."));
			}
			return header.resolve(request);
		};
	}

	@Bean
	static SecurityFilterChain filters(HttpSecurity http) throws Exception {
		return http
			.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
			.oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults()))
			.build();
	}

	@GetMapping("/orders/{id}")
	@PreAuthorize("hasAuthority('shop/orders:read') or hasAuthority('own shop/orders:read') and @orders.ownerOf(#id) == authentication.name")
	Order order(@PathVariable String id) {
		if (!orders.containsKey(id)) {
			throw new ResponseStatusException(HttpStatus.NOT_FOUND);
		}
		return orders.get(id);
	}

	/** Asked before the order is shown; null is nobody's name. */
	public String ownerOf(String id) {
		return orders.containsKey(id) ? orders.get(id).ownerId() : null;
	}
}
