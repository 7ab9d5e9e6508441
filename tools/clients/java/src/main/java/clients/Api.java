package clients;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A resource server, with the settings that client create --for printed in application.yaml. */
@Profile("api")
@Configuration
@RestController
class Api {
	@Bean
	SecurityFilterChain filters(HttpSecurity http) throws Exception {
		return http
			.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
			.oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults()))
			.build();
	}

	@GetMapping("/")
	String home(@AuthenticationPrincipal Jwt token) {
		return "Hello " + token.getClaimAsString("client_id");
	}
}
