CookieConsent.setup=function(){};
CookieConsentDialog.cookieTableNecessary = [['CookieConsent','<a target="_blank" href="https://www.cookiebot.com/goto/privacy-policy/">Cookiebot</a>','Stores the state','1 year','HTTP','1','',''],['PHPSESSID','shop.example','Keeps the session','Session','HTTP','1','','']];
CookieConsentDialog.cookieTablePreference = [];
CookieConsentDialog.cookieTableStatistics = [['_ga','<a href="https://business.safety.google/privacy/">Google</a>','Registers an ID','2 years','HTTP','1','',''],['_ga_#','shop.example','Counts','2 years','HTTP','1','^_ga_',''],['collect','google-analytics.com','Sends','Session','Pixel','5','',''],['kite_state','kite.example','Keeps a state','Persistent','HTML','2','','']];
CookieConsentDialog.cookieTableAdvertising = [['_fbp','Meta Platforms, Inc.','Ads','3 months','HTTP','1','','']];
CookieConsentDialog.cookieTableUnclassified = [['mystery','shop.example','Pending','30 days','HTTP','1','','']];
