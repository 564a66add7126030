<?php
/**
 * Plugin Name: Assent
 * Description: Asks visitors for consent: puts the script of your Assent server early into the head of every page.
 * Version: 1.0.0
 * Requires at least: 5.7
 * Requires PHP: 7.4
 * License: Apache-2.0
 * License URI: https://www.apache.org/licenses/LICENSE-2.0
 */

defined( 'ABSPATH' ) || exit;

/** The server's address without a slash at its end; empty where it is no address of the web. */
function assent_clean_server( $value ) {
	return untrailingslashit( esc_url_raw( trim( (string) $value ), array( 'https', 'http' ) ) );
}

/** The site's id; empty where it cannot be one. */
function assent_clean_site( $value ) {
	$value = trim( (string) $value );
	return preg_match( '/^[a-z0-9]{4,32}$/D', $value ) ? $value : '';
}

function assent_print_tag() {
	$server = get_option( 'assent_server', '' );
	$site   = get_option( 'assent_site', '' );
	if ( $server && $site ) {
		wp_print_script_tag(
			array(
				'async' => true,
				'src'   => esc_url( $server . '/s/' . $site . '.js' ),
			)
		);
	}
}
add_action( 'wp_head', 'assent_print_tag', 0 );

function assent_register_settings() {
	register_setting( 'assent', 'assent_server', array( 'sanitize_callback' => 'assent_clean_server' ) );
	register_setting( 'assent', 'assent_site', array( 'sanitize_callback' => 'assent_clean_site' ) );
}
add_action( 'admin_init', 'assent_register_settings' );

function assent_print_field( $name, $label, $hint ) {
	printf(
		'<p><label>%s<br><input class="regular-text" name="%s" value="%s" placeholder="%s"></label></p>',
		esc_html( $label ),
		esc_attr( $name ),
		esc_attr( get_option( $name, '' ) ),
		esc_attr( $hint )
	);
}

function assent_print_page() {
	echo '<div class="wrap"><h1>Assent</h1><form method="post" action="options.php">';
	settings_fields( 'assent' );
	assent_print_field( 'assent_server', __( 'Server', 'assent' ), 'https://assent.example.com' );
	assent_print_field( 'assent_site', __( 'Site', 'assent' ), 'SITE of /s/SITE.js' );
	submit_button();
	echo '</form></div>';
}

function assent_add_page() {
	add_options_page( 'Assent', 'Assent', 'manage_options', 'assent', 'assent_print_page' );
}
add_action( 'admin_menu', 'assent_add_page' );
