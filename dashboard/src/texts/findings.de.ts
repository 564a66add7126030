import type { findings as english } from './findings.en.ts';

const sources: Record<string, string> = {
  'GDPR Art. 13': 'Art. 13 DSGVO',
  'GDPR Art. 13(1)(a)': 'Art. 13 Abs. 1 lit. a DSGVO',
  'GDPR Art. 13(1)(e)': 'Art. 13 Abs. 1 lit. e DSGVO',
  'GDPR Art. 4(11)': 'Art. 4 Nr. 11 DSGVO',
  'GDPR Art. 44': 'Art. 44 DSGVO',
  'GDPR Art. 45': 'Art. 45 DSGVO',
  'CJEU C-673/17 (Planet49)': 'EuGH C-673/17 (Planet49)',
  'ePrivacy Directive Art. 5(3)': 'Art. 5 Abs. 3 ePrivacy-Richtlinie',
  'CNIL 2020-092 §39': 'CNIL 2020-092, Rn. 39',
  'EDPB Guidelines 2/2023': 'EDSA-Leitlinien 2/2023',
  'EDPB Guidelines 03/2022': 'EDSA-Leitlinien 03/2022',
  'EDPB Cookie Banner Taskforce 2023 §8': 'EDSA-Taskforce Cookie-Banner 2023, Rn. 8',
  'EDPB Cookie Banner Taskforce 2023 §17': 'EDSA-Taskforce Cookie-Banner 2023, Rn. 17',
  'WCAG 2.2, 1.4.3': 'WCAG 2.2, Erfolgskriterium 1.4.3',
};

/** German words for what is wrong with a notice. */
export const findings: typeof english = {
  source: (rule: string) => sources[rule] ?? rule,
  kinds: {
    'id-twice': '„{id}“ kommt zweimal vor. Zwecke und Dienste teilen sich die Kennungen.',
    'purpose-missing': '„{service}“ steht nicht im Katalog. Wählen Sie den Zweck.',
    'purpose-unknown': 'Den Zweck „{purpose}“ gibt es nicht. Fügen Sie ihn hinzu oder wählen Sie einen vorhandenen.',
    'language-unknown': '„{tag}“ ist kein Sprachkürzel. Schreiben Sie es wie de oder pt-BR.',
    'language-twice': '„{tag}“ ist zweimal aufgeführt.',

    'host-port': '„{host}“ hat keinen Port von 1 bis 65535. Lassen Sie ihn weg, damit jeder gilt.',
    'host-dots':
      '„{host}“ hat einen leeren Namen zwischen zwei Punkten. Schreiben Sie ihn wie im Browser, etwa www.example.com.',
    'host-suffix':
      'Unter „{host}“ haben Fremde ihre Websites. Nennen Sie die eigene Domain des Drittanbieters, etwa *.example.com.',
    'host-own':
      'Unter „{host}“ liegen Ihre eigenen Seiten ({page}), und was sie von dort laden, würde zurückgehalten. Nennen Sie die eigenen Hostnamen des Dienstes oder ergänzen Sie einen Pfad, etwa www.example.com/stats/.',

    'font-list':
      'Das ist keine Liste von Schriftarten. Schreiben Sie sie wie in CSS, etwa "Source Sans", system-ui, sans-serif.',
    contrast:
      'Schrift in {text} auf einer Fläche in {surface} hat einen Kontrast von {ratio}:1 und braucht {needed}:1. Wählen Sie Farben, die weiter auseinanderliegen.',

    'cookie-suffix':
      '„{domain}“ gehört nicht einem allein: Darunter haben auch andere ihre Domains, oder es ist eine IP-Adresse. Nennen Sie Ihre eigene Domain, etwa shop.example.',
    'cookie-uncovered':
      '{domain} umfasst den Ursprung {origin} nicht. Nennen Sie eine Domain, unter der alle Ursprünge liegen, oder lassen Sie das Feld leer: Dann fragt jeder Hostname für sich.',

    'age-rules':
      'Wer nach dem Alter gefragt wird, wird nach den Regeln der Einwilligung gefragt. Wählen Sie diese oder die der Region.',

    'text-language':
      'Das gehört nicht zu den Sprachen des Hinweises. Fügen Sie die Sprache hinzu oder entfernen Sie die Texte.',
    'text-unknown': 'Einen solchen Text hat der Hinweis nicht. Entfernen Sie ihn.',
    'text-missing': 'In dieser Sprache fehlt der Text. Schreiben Sie ihn.',

    'wrong-type': 'Das hat den Typ {got} und muss vom Typ {want} sein.',
    'none-of': 'Das muss eines hiervon sein: {want}.',
    'too-long': 'Das hat {got} Zeichen und darf {most} haben.',
    'too-many': 'Es sind {got} Einträge, und {most} dürfen es sein.',
    'too-few': 'Es sind {got} Einträge, und {least} müssen es sein.',
    'too-small': 'Das darf nicht kleiner sein als {least}.',
    'too-large': 'Das darf nicht größer sein als {most}.',
    'member-missing': 'Das fehlt: {members}.',
    'member-unknown': 'Das gehört nicht hierher: {members}.',
    'and-more': 'Und {count} weitere.',

    'form-languages': '„{got}“ ist kein Sprachkürzel. Schreiben Sie es wie de oder pt-BR.',
    'form-privacyPolicy':
      '„{got}“ ist keine Adresse. Schreiben Sie eine mit https:// oder einen Pfad Ihrer Seiten wie /datenschutz.',
    'form-exempt':
      '„{got}“ ist kein Hostname. Schreiben Sie ihn klein, etwa example.com, oder *.example.com für alle Subdomains.',
    'form-cookieDomain': '„{got}“ ist keine Domain. Schreiben Sie sie klein und ohne Punkt davor, etwa shop.example.',
    'form-id':
      '„{got}“ ist keine Kennung: Kleinbuchstaben, Ziffern, - und _, ein Buchstabe zuerst, höchstens 40 Zeichen.',
    'form-purpose':
      '„{got}“ ist keine Kennung eines Zwecks: Kleinbuchstaben, Ziffern, - und _, ein Buchstabe zuerst, höchstens 40 Zeichen.',
    'form-hosts':
      '„{got}“ ist kein Hostname. Schreiben Sie ihn klein: example.com für diesen, *.example.com für seine Subdomains, mit Pfad wie www.example.com/maps/.',
    'form-country': '„{got}“ ist kein Länderkürzel. Schreiben Sie zwei Großbuchstaben, etwa DE.',
    'form-retention':
      '„{got}“ ist keine Dauer. Schreiben Sie sie wie P13M für 13 Monate, P2Y für 2 Jahre oder P30D für 30 Tage.',
    'form-policy': '„{got}“ ist keine Adresse. Schreiben Sie eine mit https://.',
    'form-contact': '„{got}“ ist weder eine E-Mail-Adresse noch eine mit https://.',
    'form-accent': '„{got}“ ist keine Farbe. Schreiben Sie sie wie #0b57d0.',
    'form-background': '„{got}“ ist keine Farbe. Schreiben Sie sie wie #ffffff.',
    'form-text': '„{got}“ ist keine Farbe. Schreiben Sie sie wie #1a1c20.',
    'form-darkBackground': '„{got}“ ist keine Farbe. Schreiben Sie sie wie #1d2026.',
    'form-darkText': '„{got}“ ist keine Farbe. Schreiben Sie sie wie #f1f2f4.',
    'form-radius': '„{got}“ ist kein Radius. Schreiben Sie ihn von 0px bis 32px.',
    'form-font':
      '„{got}“ ist keine Liste von Schriftarten. Schreiben Sie sie wie in CSS, etwa "Source Sans", system-ui, sans-serif.',
    'form-regions': '„{got}“ ist keine Region. Schreiben Sie ihr Kürzel, etwa DE oder US-CA.',
    'form-developerId': '„{got}“ ist keine Kennung von Google: höchstens 40 Buchstaben und Ziffern.',

    'provider-missing':
      '{service}: Es steht nicht da, wer die Daten bekommt. Schreiben Sie den rechtlichen Namen des Anbieters.',
    'retention-missing':
      '{service} speichert etwas, und Besucher erfahren nicht, wie lange. Schreiben Sie die längste Dauer, etwa P13M.',
    'aim-missing':
      '{service} hat keine eigene Beschreibung, sondern nur die seines Zwecks. Schreiben Sie den Text {key} oder wählen Sie eine Art („kind“, als JSON).',
    'safeguard-none':
      '{service} hat keine Garantie für die Übermittlung. Eine solche Übermittlung braucht einen anderen Grund.',
    'adequacy-missing':
      '{service}: Für {country} gibt es keinen Angemessenheitsbeschluss. Vereinbaren Sie Standardvertragsklauseln und wählen Sie diese, oder berichtigen Sie das Land.',
    'adequacy-ended':
      '{service}: Der Angemessenheitsbeschluss für {country} ({act}) endete am {until}, und der Dienst ist ausgesetzt: Nichts von ihm wird geladen, niemand nach ihm gefragt. Vereinbaren Sie Standardvertragsklauseln, wählen Sie diese und veröffentlichen Sie.',
    'adequacy-ending':
      '{service}: Der Angemessenheitsbeschluss für {country} ({act}) endet am {until}. Ab dem Tag danach ist der Dienst ausgesetzt. Vereinbaren Sie vorher Standardvertragsklauseln, wählen Sie diese und veröffentlichen Sie.',
    'policy-plain': '{service}: Der Link ist nicht verschlüsselt. Schreiben Sie https.',
    'privacy-policy-missing':
      'Der Hinweis führt nicht zu Ihrer Datenschutzerklärung. Schreiben Sie, unter welcher Adresse sie steht.',
    'privacy-policy-plain': 'Der Link ist nicht verschlüsselt. Schreiben Sie https oder einen Pfad Ihrer Seiten.',
    'controller-missing': 'Belege sagen nicht, wer verantwortlich ist. Nennen Sie Ihren rechtlichen Namen.',
    'contact-missing':
      'Belege sagen nicht, wohin man sich wegen Daten wendet. Nennen Sie eine E-Mail-Adresse oder eine Seite.',
    'silence-grants':
      'Bei allen gilt Schweigen als Einwilligung, auch wo das Recht ein Ja verlangt. Wählen Sie stattdessen die Regeln der Region der Besucher.',
    'lifetime-long': 'Eine Antwort gilt länger als die sechs Monate, die die CNIL gute Praxis nennt.',
    'consent-mode-advanced':
      'Googles Tags laden, bevor Besucher antworten. Eine Aufsicht kann das als Zugriff ohne Einwilligung sehen. Basic wartet.',
    'answers-uneven': 'Eine Antwort ist mehr als doppelt so lang wie die andere. Formulieren Sie beide ähnlich.',

    'link-gone': 'Unter {link} gibt es nichts: Die Antwort ist {status}. Berichtigen Sie die Adresse.',
    'link-status': '{link} antwortet mit {status}. Öffnen Sie den Link, um zu sehen, ob Besucher mehr bekommen.',
    'link-unknown-host': '{link}: Diesen Hostnamen gibt es nicht. Berichtigen Sie die Adresse.',
    'link-slow': '{link} hat binnen fünf Sekunden nicht geantwortet. Öffnen Sie den Link, um zu sehen, ob es ihn gibt.',
    'link-refused':
      '{link}: Dort nimmt nichts Verbindungen an. Berichtigen Sie die Adresse oder starten Sie den Server.',
    'link-certificate':
      '{link} hat ein Zertifikat, das Browser ablehnen. Erneuern Sie es oder berichtigen Sie die Adresse.',
    'link-private':
      '{link} führt zu einer privaten Adresse. Besucher erreichen sie nicht, und dieser Server fragt sie nicht ab.',
    'link-redirects': '{link} leitet mehr als fünfmal weiter. Schreiben Sie die letzte Adresse.',
    'link-scheme': '{link} führt zu etwas, das keine Webseite ist. Berichtigen Sie die Adresse.',
    'link-failed': '{link} ist nicht erreichbar. Öffnen Sie den Link, um zu sehen, ob es ihn gibt.',
    'link-unasked': '{link} wurde nicht geprüft, weil die anderen zu lange brauchten. Prüfen Sie noch einmal.',
  },
};
