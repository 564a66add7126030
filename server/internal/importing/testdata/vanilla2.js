window.addEventListener('load', function () {
    // obtain plugin
    var cc = initCookieConsent();
    cc.run({
        current_lang: 'en',
        autoclear_cookies: true,
        page_scripts: true,
        cookie_expiration: 182,
        force_consent: true,
        gui_options: { consent_modal: { layout: 'cloud', position: 'middle center', transition: 'slide' } },
        onChange: function (cookie, changed) {},
        languages: {
            'en': {
                consent_modal: {
                    title: 'We use cookies!',
                    description: 'Hi, see <a href="/privacy-policy">the policy</a> <button type="button" data-cc="c-settings" class="cc-link">Let me choose</button>',
                    primary_btn: { text: 'Accept all', role: 'accept_all' },
                    secondary_btn: { text: 'Reject all', role: 'accept_necessary' },
                },
                settings_modal: {
                    title: 'Cookie preferences',
                    save_settings_btn: 'Save settings',
                    close_btn_label: 'Close',
                    cookie_table_headers: [{ col1: 'Name' }, { col2: 'Domain' }, { col3: 'Expiration' }],
                    blocks: [
                        { title: 'Cookie usage', description: 'I use cookies.' },
                        { title: 'Strictly necessary cookies', description: 'Essential.', toggle: { value: 'necessary', enabled: true, readonly: true } },
                        {
                            title: 'Performance and Analytics cookies', description: 'They remember.',
                            toggle: { value: 'analytics', enabled: !0, readonly: false },
                            cookie_table: [
                                { col1: '^_ga', col2: 'google.com', col3: '2 years', is_regex: true },
                                { col1: '_gid', col2: 'google.com', col3: '1 day' },
                                { col1: 'kite', col2: 'Kite Analytics', col3: '13 months' },
                            ],
                        },
                        { title: 'Targeting', description: 'Ads.', toggle: { value: 'targeting', enabled: false, readonly: false } },
                    ],
                },
            },
        },
    });
});
