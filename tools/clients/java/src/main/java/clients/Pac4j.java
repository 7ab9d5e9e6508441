package clients;

import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.pac4j.core.config.Config;
import org.pac4j.core.profile.ProfileManager;
import org.pac4j.jee.context.JEEContext;
import org.pac4j.jee.context.session.JEESessionStoreFactory;
import org.pac4j.jee.filter.CallbackFilter;
import org.pac4j.jee.filter.LogoutFilter;
import org.pac4j.jee.filter.SecurityFilter;
import org.pac4j.oidc.client.OidcClient;
import org.pac4j.oidc.config.OidcConfiguration;
import org.pac4j.oidc.profile.OidcProfile;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** pac4j by its filters. Spring only serves; its security lets everybody pass. */
@Profile("pac4j")
@Configuration
@RestController
class Pac4j {
	private static final String APP = System.getenv("APP_URL");
	private final Config all = configuration();

	private static Config configuration() {
		var config = new OidcConfiguration();
		config.setDiscoveryURI(System.getenv("OIDC_ISSUER") + "/.well-known/openid-configuration");
		config.setClientId(System.getenv("OIDC_CLIENT_ID"));
		config.setSecret(System.getenv("OIDC_CLIENT_SECRET"));
		config.setScope("openid profile email offline_access");
		config.setUseNonce(true);
		config.setUseNonceOnRefresh(false);
		config.setExpireSessionWithToken(true);
		var client = new OidcClient(config);
		client.setCallbackUrl(APP + "/callback");
		return new Config(APP + "/callback", client);
	}

	@Bean
	SecurityFilterChain everybody(HttpSecurity http) throws Exception {
		return http.csrf(AbstractHttpConfigurer::disable).logout(AbstractHttpConfigurer::disable)
			.authorizeHttpRequests(requests -> requests.anyRequest().permitAll()).build();
	}

	@Bean
	FilterRegistrationBean<Filter> login() {
		return at(new SecurityFilter(all, "OidcClient"), "/login");
	}

	@Bean
	FilterRegistrationBean<Filter> callback() {
		return at(new CallbackFilter(all, "/"), "/callback");
	}

	@Bean
	FilterRegistrationBean<Filter> logout() {
		var logout = new LogoutFilter(all, APP + "/");
		logout.setCentralLogout(true);
		return at(logout, "/logout");
	}

	private static FilterRegistrationBean<Filter> at(Filter filter, String path) {
		var bean = new FilterRegistrationBean<Filter>(filter);
		bean.addUrlPatterns(path);
		return bean;
	}

	@GetMapping("/login")
	void signedIn(HttpServletResponse response) throws IOException {
		response.sendRedirect("/");
	}

	@GetMapping("/")
	String home(HttpServletRequest request, HttpServletResponse response) {
		var context = new JEEContext(request, response);
		var manager = new ProfileManager(context, JEESessionStoreFactory.INSTANCE.newSessionStore(null));
		manager.setConfig(all);
		return manager.getProfile(OidcProfile.class).map(person -> "Signed in as " + person.getEmail()).orElse("Signed out");
	}
}
