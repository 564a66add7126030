/** English words for what is wrong with a notice, by the server's kinds (words.go); names in braces are its values. */
export const findings = {
  source: (rule: string) => rule,
  kinds: {
    'id-twice': '“{id}” is used twice. Purposes and services share one set of ids.',
    'purpose-missing': '“{service}” is not in the catalogue. Choose its purpose.',
    'purpose-unknown': 'There is no purpose “{purpose}”. Add it, or choose one of those there are.',
    'language-unknown': '“{tag}” is no language tag. Write it as in en or pt-BR.',
    'language-twice': '“{tag}” is listed twice.',

    'host-port': '“{host}” has no port from 1 to 65535. Leave it out for every port.',
    'host-dots': '“{host}” has an empty name between two dots. Write it as browsers do, such as www.example.com.',
    'host-suffix':
      'Strangers have their sites under “{host}”. Name the third party’s own domain, such as *.example.com.',
    'host-own':
      '“{host}” is where your own pages are ({page}), and what they load from there would be held back. Name the service’s own hosts, or add a path, such as www.example.com/stats/.',

    'font-list': 'This is no list of fonts. Write it as in CSS, such as "Source Sans", system-ui, sans-serif.',
    contrast:
      'Text in {text} on a surface of {surface} has a contrast of {ratio}:1 and needs {needed}:1. Set the colours further apart.',

    'cookie-suffix':
      '“{domain}” is no domain of one owner, but a suffix under which others have theirs, or an address. Name the domain you own, such as shop.example.',
    'cookie-uncovered':
      '{domain} does not cover the origin {origin}. Name a domain that all origins are under, or leave it empty: each host then asks by itself.',

    'age-rules':
      'Whoever is asked for their age is asked by the rules of opt-in. Choose those, or the ones of the visitor’s region.',

    'text-language': 'This is not among the notice’s languages. Add it there, or remove the texts.',
    'text-unknown': 'The notice has no such text. Remove it.',
    'text-missing': 'There is no text in this language. Write it.',

    'wrong-type': 'This is of type {got} and has to be of type {want}.',
    'none-of': 'This has to be one of: {want}.',
    'too-long': 'This has {got} characters and may have {most}.',
    'too-many': 'There are {got} entries, and there may be {most}.',
    'too-few': 'There are {got} entries, and there have to be {least}.',
    'too-small': 'This may not be less than {least}.',
    'too-large': 'This may not be more than {most}.',
    'member-missing': 'This is missing: {members}.',
    'member-unknown': 'This does not belong here: {members}.',
    'and-more': 'And {count} more.',

    'form-languages': '“{got}” is no language tag. Write it as in de or pt-BR.',
    'form-privacyPolicy':
      '“{got}” is no address. Write one with https://, or a path of the page’s own host such as /privacy.',
    'form-exempt':
      '“{got}” is no host. Write it in lower case, such as example.com, or *.example.com for all subdomains.',
    'form-cookieDomain':
      '“{got}” is no domain. Write it in lower case and without a dot in front, such as shop.example.',
    'form-id': '“{got}” is no id: lower-case letters, digits, - and _, a letter first, at most 40.',
    'form-purpose': '“{got}” is no id of a purpose: lower-case letters, digits, - and _, a letter first, at most 40.',
    'form-hosts':
      '“{got}” is no host. Write it in lower case: example.com for that one, *.example.com for its subdomains, with a path as in www.example.com/maps/.',
    'form-country': '“{got}” is no country code. Write its two capital letters, such as DE.',
    'form-retention': '“{got}” is no duration. Write it as in P13M for 13 months, P2Y for 2 years or P30D for 30 days.',
    'form-policy': '“{got}” is no address. Write one with https://.',
    'form-contact': '“{got}” is neither an e-mail address nor one with https://.',
    'form-accent': '“{got}” is no colour. Write it as in #0b57d0.',
    'form-background': '“{got}” is no colour. Write it as in #ffffff.',
    'form-text': '“{got}” is no colour. Write it as in #1a1c20.',
    'form-darkBackground': '“{got}” is no colour. Write it as in #1d2026.',
    'form-darkText': '“{got}” is no colour. Write it as in #f1f2f4.',
    'form-radius': '“{got}” is no radius. Write it from 0px to 32px.',
    'form-font': '“{got}” is no list of fonts. Write it as in CSS, such as "Source Sans", system-ui, sans-serif.',
    'form-regions': '“{got}” is no region. Write its code, such as DE or US-CA.',
    'form-developerId': '“{got}” is no identifier from Google: at most 40 letters and digits.',

    'provider-missing': '{service}: nobody is named who receives the data. Write the provider’s legal name.',
    'retention-missing':
      '{service} stores something, and visitors are not told for how long. Write the longest duration, such as P13M.',
    'aim-missing':
      '{service} has no aim of its own and is told by its purpose. Write the text {key}, or choose a kind (as JSON).',
    'safeguard-none': '{service} has no safeguard for the transfer. Such a transfer needs another ground.',
    'adequacy-missing':
      '{service}: there is no decision of adequacy for {country}. Agree on standard contractual clauses and choose them, or mend the country.',
    'adequacy-ended':
      '{service}: the decision of adequacy for {country} ({act}) ended on {until}, and the service is suspended: nothing of it is loaded, and nobody is asked about it. Agree on standard contractual clauses, choose them and publish.',
    'adequacy-ending':
      '{service}: the decision of adequacy for {country} ({act}) ends on {until}. From the day after, the service is suspended. Agree on standard contractual clauses before, choose them and publish.',
    'policy-plain': '{service}: the link is not encrypted. Write https.',
    'privacy-policy-missing': 'The notice does not lead to your privacy policy. Write its address.',
    'privacy-policy-plain': 'The link is not encrypted. Write https, or a path of the page’s own host.',
    'controller-missing': 'Receipts do not say who is responsible. Write your legal name.',
    'contact-missing': 'Receipts do not say where to write about data. Give an e-mail address or a page.',
    'silence-grants':
      'Everybody is treated as if silence were consent, also where the law asks for a yes. Choose the rules of the visitor’s region instead.',
    'lifetime-long': 'An answer holds for more than six months, which the CNIL calls good practice.',
    'consent-mode-advanced':
      'Google’s tags load before the visitor answers, which a regulator may see as access without consent. Basic waits.',
    'answers-uneven': 'One answer is more than twice as long as the other. Word both alike.',

    'link-gone': 'There is nothing at {link}: it answers with {status}. Mend the address.',
    'link-status': '{link} answers with {status}. Open it to see whether visitors get more.',
    'link-unknown-host': '{link}: there is no such host. Mend the address.',
    'link-slow': '{link} did not answer within five seconds. Open it to see whether it is there.',
    'link-refused': '{link}: nothing listens there. Mend the address, or start the server that it names.',
    'link-certificate': '{link} has a certificate that browsers refuse. Renew it, or mend the address.',
    'link-private': '{link} leads to a private address, which visitors cannot reach and this server does not ask.',
    'link-redirects': '{link} leads from one address to the next more than five times. Write the last one.',
    'link-scheme': '{link} leads to something that is no web page. Mend the address.',
    'link-failed': '{link} cannot be reached. Open it to see whether it is there.',
    'link-unasked': '{link} was not asked, because the others took too long. Check again.',
  } as Record<string, string>,
};
