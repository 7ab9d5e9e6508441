package clients;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Spring login, with the settings that client create --for printed in application.yaml. */
@Profile("login")
@Configuration
@RestController
class Login {
	private final DefaultOAuth2AuthorizedClientManager manager;

	Login(ClientRegistrationRepository registrations, OAuth2AuthorizedClientRepository clients) {
		manager = new DefaultOAuth2AuthorizedClientManager(registrations, clients);
	}

	@Bean
	SecurityFilterChain filters(HttpSecurity http, ClientRegistrationRepository registrations) throws Exception {
		var everywhere = new OidcClientInitiatedLogoutSuccessHandler(registrations);
		everywhere.setPostLogoutRedirectUri("{baseUrl}/");
		return http
			.authorizeHttpRequests(requests -> requests.requestMatchers("/", "/error", "/favicon.ico").permitAll().anyRequest().authenticated())
			.oauth2Login(login -> login.defaultSuccessUrl("/", true))
			.logout(logout -> logout
				.logoutRequestMatcher(request -> request.getRequestURI().equals("/logout")) // by a link: this is a test
				.logoutSuccessHandler(everywhere))
			.build();
	}

	@GetMapping("/")
	String home(HttpServletRequest request, HttpServletResponse response) {
		Authentication who = SecurityContextHolder.getContext().getAuthentication();
		if (who == null || who instanceof AnonymousAuthenticationToken) {
			return "Signed out";
		}
		var wanted = OAuth2AuthorizeRequest.withClientRegistrationId("gatehouse").principal(who)
			.attribute(HttpServletRequest.class.getName(), request)
			.attribute(HttpServletResponse.class.getName(), response).build();
		manager.authorize(wanted); // it refreshes what is over
		return "Signed in as " + ((OidcUser) who.getPrincipal()).getEmail();
	}
}
