___INFO___

{
  "type": "TAG",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "Assent",
  "categories": [
    "UTILITY"
  ],
  "brand": {
    "id": "brand_assent",
    "displayName": "Assent"
  },
  "description": "Sets Consent Mode to denied, puts a returning visitor's choice in force at once, and loads the script that asks. Fire it on \"Consent Initialization - All Pages\".",
  "containerContexts": [
    "WEB"
  ]
}


___TEMPLATE_PARAMETERS___

[
  {
    "type": "TEXT",
    "name": "server",
    "displayName": "Server",
    "simpleValueType": true,
    "valueHint": "https://assent.example.com",
    "help": "Where Assent is reached, without a slash at its end. Name the same host in the template's permission to inject scripts.",
    "valueValidators": [
      {
        "type": "NON_EMPTY"
      },
      {
        "type": "REGEX",
        "args": [
          "^https://[^/]+$"
        ]
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "site",
    "displayName": "Site",
    "simpleValueType": true,
    "valueHint": "SITE of /s/SITE.js",
    "valueValidators": [
      {
        "type": "NON_EMPTY"
      },
      {
        "type": "REGEX",
        "args": [
          "^[a-z0-9]+$"
        ]
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "scope",
    "displayName": "Scope (optional)",
    "simpleValueType": true,
    "help": "The second field of the cookie \"assent\": what the notice asks. With it, the choice of a returning visitor is in force before the script has come; a choice about anything else is not used. Without it, tags wait for the script."
  }
]


___SANDBOXED_JS_FOR_WEB_TEMPLATE___

const createQueue = require('createQueue');
const getCookieValues = require('getCookieValues');
const injectScript = require('injectScript');
const setDefaultConsentState = require('setDefaultConsentState');
const updateConsentState = require('updateConsentState');

const say = (granted) => granted ? 'granted' : 'denied';

const signals = (marketing, analytics, functional) => ({
  ad_storage: say(marketing),
  ad_user_data: say(marketing),
  ad_personalization: say(marketing),
  analytics_storage: say(analytics),
  functionality_storage: say(functional),
  personalization_storage: say(functional),
  security_storage: 'granted'
});

// Answers of a stored choice, such as ['analytics:1', 'marketing:0']. Of several cookies none can be told to be right.
const stored = () => {
  const values = getCookieValues('assent');
  const fields = values.length === 1 ? values[0].split('.') : [];
  return data.scope && fields[0] === '1' && fields[1] === data.scope ? fields.slice(4) : [];
};

const denied = signals(false, false, false);
denied.wait_for_update = 500;
setDefaultConsentState(denied);
// Where the script finds such an entry, it sets no default of its own.
createQueue('dataLayer')({ '0': 'consent', '1': 'default', '2': denied });

const answers = stored();
if (answers.length > 0) {
  const has = (answer) => answers.indexOf(answer) >= 0;
  const marketing = has('marketing:1');
  const analytics = has('analytics:1');
  const refused = answers.filter((answer) => answer.indexOf(':0') > 0).length > 0;
  // Where the notice does not ask about it by itself, only a yes to everything covers it.
  const functional = has('functional:1') || (marketing && analytics && !refused);
  updateConsentState(signals(marketing, analytics, functional));
}

injectScript(data.server + '/s/' + data.site + '.js', data.gtmOnSuccess, data.gtmOnFailure, 'assent');


___WEB_PERMISSIONS___

[
  {
    "instance": {
      "key": {
        "publicId": "access_consent",
        "versionId": "1"
      },
      "param": [
        {
          "key": "consentTypes",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "ad_storage"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "ad_user_data"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "ad_personalization"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "analytics_storage"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "functionality_storage"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "personalization_storage"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "security_storage"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "access_globals",
        "versionId": "1"
      },
      "param": [
        {
          "key": "keys",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "dataLayer"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "get_cookies",
        "versionId": "1"
      },
      "param": [
        {
          "key": "cookieAccess",
          "value": {
            "type": 1,
            "string": "specific"
          }
        },
        {
          "key": "cookieNames",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 1,
                "string": "assent"
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "inject_script",
        "versionId": "1"
      },
      "param": [
        {
          "key": "urls",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 1,
                "string": "https://assent.example.com/s/*"
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  }
]


___TESTS___

scenarios:
- name: Everything is denied first, and the script is loaded
  code: |-
    mock('getCookieValues', []);
    runCode(input);
    assertApi('setDefaultConsentState').wasCalledWith(denied);
    assertApi('updateConsentState').wasNotCalled();
    assertApi('injectScript').wasCalledWith('https://assent.example.com/s/abcd.js', success, failure, 'assent');
- name: A returning visitor's choice is in force at once
  code: |-
    mock('getCookieValues', ['1.q7Lw2xYt.toy940.-.analytics:1.marketing:0']);
    runCode(input);
    assertApi('updateConsentState').wasCalledWith({ ad_storage: 'denied', ad_user_data: 'denied', ad_personalization: 'denied', analytics_storage: 'granted', functionality_storage: 'denied', personalization_storage: 'denied', security_storage: 'granted' });
- name: A yes to everything covers everything
  code: |-
    mock('getCookieValues', ['1.q7Lw2xYt.toy940.-.analytics:1.marketing:1']);
    runCode(input);
    assertApi('updateConsentState').wasCalledWith({ ad_storage: 'granted', ad_user_data: 'granted', ad_personalization: 'granted', analytics_storage: 'granted', functionality_storage: 'granted', personalization_storage: 'granted', security_storage: 'granted' });
- name: A purpose of its own is answered by itself
  code: |-
    mock('getCookieValues', ['1.q7Lw2xYt.toy940.-.functional:0.analytics:1.marketing:1']);
    runCode(input);
    assertApi('updateConsentState').wasCalledWith({ ad_storage: 'granted', ad_user_data: 'granted', ad_personalization: 'granted', analytics_storage: 'granted', functionality_storage: 'denied', personalization_storage: 'denied', security_storage: 'granted' });
- name: What is about another notice, of another version, or there twice is not used
  code: |-
    const useless = [['1.other.toy940.-.analytics:1'], ['2.q7Lw2xYt.toy940.-.analytics:1'], ['1.q7Lw2xYt.toy940.-.analytics:1', '1.q7Lw2xYt.toy940.-.analytics:0'], ['']];
    useless.forEach((values) => {
      mock('getCookieValues', values);
      runCode(input);
    });
    input.scope = '';
    mock('getCookieValues', ['1..toy940.-.analytics:1']);
    runCode(input);
    assertApi('updateConsentState').wasNotCalled();
- name: The tag tells whether the script has come
  code: |-
    mock('getCookieValues', []);
    mock('injectScript', (url, onSuccess, onFailure) => onFailure());
    runCode(input);
    assertThat(told).isEqualTo('failure');
    mock('injectScript', (url, onSuccess) => onSuccess());
    runCode(input);
    assertThat(told).isEqualTo('success');
setup: |-
  let told = '';
  const success = () => { told = 'success'; };
  const failure = () => { told = 'failure'; };
  const input = { server: 'https://assent.example.com', site: 'abcd', scope: 'q7Lw2xYt', gtmOnSuccess: success, gtmOnFailure: failure };
  const denied = { ad_storage: 'denied', ad_user_data: 'denied', ad_personalization: 'denied', analytics_storage: 'denied', functionality_storage: 'denied', personalization_storage: 'denied', security_storage: 'granted', wait_for_update: 500 };
  mock('createQueue', () => () => {});
  mock('injectScript', () => {});


___NOTES___

Apache-2.0. https://www.apache.org/licenses/LICENSE-2.0
