/** German words for what became of the parts of another tool's set-up. */
export const remarks: Record<string, string> = {
  'purpose-unnamable':
    'Aus dem Namen lässt sich keine Kennung bilden, deshalb wird dafür unter Marketing um Einwilligung gefragt.',
  'purposes-full':
    'Ein Hinweis kann höchstens {most} Zwecke haben. Dieser geht darüber hinaus und wird unter Marketing abgefragt.',
  'purpose-iab': 'Das ist ein Zweck aus dem Rahmenwerk des IAB, das Assent nicht unterstützt.',
  refusable:
    'Dort ließ sich das nicht ablehnen, hier schon. Geben Sie dem, worauf die Website nicht verzichten kann, den Zweck „essential“.',
  'language-unwritten':
    'Für diese Sprache gibt es keine mitgelieferten Texte. Fügen Sie sie hinzu, sobald Sie alle Texte geschrieben haben.',
  'language-elsewhere':
    'Die Texte stehen in einer eigenen Datei, {file}. Schreiben Sie sie von Hand oder übernehmen Sie sie in diese Datei.',
  'language-run': 'Die Texte entstehen erst, wenn die Datei ausgeführt wird. Schreiben Sie sie von Hand.',
  'text-run': 'Da steht {code}, was sich erst beim Ausführen der Datei ergibt. Der mitgelieferte Text bleibt.',
  'text-placeholder': 'Enthält einen Platzhalter, den nur das andere Werkzeug ausfüllt. Der mitgelieferte Text bleibt.',
  'text-long': 'Hat mehr als {most} Zeichen. Der mitgelieferte Text bleibt.',
  'text-link':
    'Enthielt einen Link. Texte eines Hinweises haben keine: Die Datenschutzerklärung hat ihren eigenen ({link}).',
  'texts-none': 'Die Cookie-Datei von Cookiebot enthält keine eigenen Texte. Es gelten die mitgelieferten.',
  'texts-none-in-list': 'Eine Cookie-Liste enthält keine eigenen Texte. Es gelten die mitgelieferten.',
  'policy-relative': 'War „{was}“, also relativ zur Seite. Jetzt ist es {is} auf dem Host der Seite.',
  'policy-no-address':
    'Dorthin kann ein Hinweis nicht führen. Schreiben Sie eine https-Adresse oder einen Pfad wie /datenschutz.',
  'lifetime-unread': 'Daraus lässt sich keine Zahl von Tagen lesen. Nach 180 Tagen wird wieder gefragt.',
  'lifetime-cut': 'Waren {days} Tage. Ein Hinweis fragt spätestens nach {most} wieder.',

  'service-unnamable': 'Aus dem Namen lässt sich keine Kennung bilden. Fügen Sie den Dienst von Hand hinzu.',
  'service-run':
    'Ein Dienst hat einen Namen, der sich erst beim Ausführen der Datei ergibt. Fügen Sie ihn von Hand hinzu.',
  'services-full': 'Ein Hinweis kann höchstens {most} Dienste haben. Dieser geht darüber hinaus.',
  'service-purpose': 'Wird wie in der Datei unter {purpose} abgefragt, dient seiner Art nach aber {known}.',
  'service-by-name': 'Wurde am Namen als {service} erkannt. Tragen Sie ihn von Hand ein, wenn das nicht stimmt.',
  'service-by-cookies':
    'Wurde an den Cookies als {service} erkannt. Tragen Sie ihn von Hand ein, wenn das nicht stimmt.',
  'service-of-many':
    'Hat Cookies von {services}. Führen Sie jeden als eigenen Dienst auf, damit man sieht, wer die Daten bekommt.',
  'service-unasked': 'Nennt keinen Zweck und wird deshalb unter Marketing abgefragt.',
  'service-many-purposes':
    'Dient mehreren Zwecken, ein Dienst wartet aber auf einen: Er wird unter {purpose} abgefragt.',
  'service-essential':
    'Läuft wie in der Datei, ohne zu fragen, dient aber {known}. Geben Sie ihm diesen Zweck, außer die Website kann nicht auf ihn verzichten.',
  'service-renamed': 'Heißt jetzt {id}: Aus {attribute}="{name}" auf Ihren Seiten wird data-assent="{id}".',
  'service-filled-in': 'Aus Ihrer Cookie-Liste ergänzt. Prüfen Sie Anbieter und Dauer.',
  'names-full': 'Nennt mehr als {most} Namen. Die übrigen sind weggelassen.',
  'cookies-full': 'Nennt mehr als {most} Cookies. Die übrigen sind weggelassen.',
  'cookie-no-name': 'Das ist kein Name eines Cookies.',
  'cookie-unread': 'Der Name eines Cookies lässt sich aus der Datei nicht lesen. Schreiben Sie ihn von Hand.',
  'cookie-theirs': 'Das ist das eigene Cookie des anderen Werkzeugs und verschwindet mit ihm.',
  'cookie-request': 'Das ist eine Anfrage und kein Cookie. Ein Hinweis nennt ihren Host ({host}).',
  'cookies-unclassified':
    'Niemand hat gesagt, wozu diese Cookies dienen, deshalb werden sie unter Marketing abgefragt.',
  'expression-long':
    'Dieser Ausdruck ist länger als {most} Zeichen. Schreiben Sie die Namen der Cookies, mit * für das, was wechselt.',
  'expression-unread':
    'Diese Form von Ausdruck wird hier nicht gelesen. Schreiben Sie die Namen der Cookies, mit * für das, was wechselt.',
  'expression-broad':
    'Dieser Ausdruck trifft fast jedes Cookie. Schreiben Sie die Namen der Cookies, mit * für das, was wechselt.',
  'expression-none':
    'Dieser Ausdruck trifft kein Cookie. Schreiben Sie die Namen der Cookies, mit * für das, was wechselt.',

  'never-beforehand': 'Nichts ist vorab eingeschaltet: Nur ein Ja zählt.',
  'never-before-yes':
    'Nichts läuft vor einem Ja, außer in Regionen, in denen der Widerspruch genügt (Regelung „opt-out“).',
  'waits-now': 'Lief bis zu einem Nein und wartet jetzt auf ein Ja.',
  'never-wall': 'Die Seite lässt sich vor einer Wahl benutzen.',
  'refusal-stays': 'Das Ablehnen steht immer neben dem Zustimmen.',
  'answers-alike': 'Beide Antworten sehen immer gleich aus.',
  ticked:
    'Stimmte dem zu, was vorab angekreuzt war, und das ist hier nichts. Die erste Ebene hat Zustimmen, Ablehnen und Einstellungen.',
  'region-decides': 'Die Region entscheidet, und wo sie unbekannt ist, die strengste Regelung.',
  'domain-untaken': 'Nicht übernommen. Tragen Sie die Cookie-Domain ein, wenn Subdomains die Wahl teilen sollen.',
  'code-untaken': 'Das ist Programmcode und wird nicht übernommen. Hören Sie auf Ihrer Seite auf assent:change.',
  'no-reload': 'Die Seite wird nach einem Widerruf nicht neu geladen.',
  'rest-untaken': 'Nicht übernommen, weil Assent es nicht kennt oder selbst entscheidet: {members}',

  counted: 'Dienste: {services}, davon aus dem Katalog: {known}. Zwecke: {purposes}. Sprachen: {languages}.',
  'pages-marked':
    'Was auf Ihren Seiten wartet, ist wie bei {tool} ausgezeichnet. Schreiben Sie es mit assent migrate html um, oder lassen Sie den Hinweis es verstehen: "compat": ["{compat}"].',
  'own-already':
    'Das ist schon ein Hinweis von Assent. Geben Sie eine Cookie-Liste dazu, um seine Dienste zu ergänzen.',
  unchecked: 'Lässt sich nicht prüfen. Sehen Sie es unter „Veröffentlichen“ an.',
  'more-alike': 'und {count} weitere dieser Art',
};
