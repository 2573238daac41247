"""The localised halves of error bodies. They exist so that no client can classify a refusal by its words."""

from itertools import count

LANGUAGES = ("fr", "da", "it", "pt", "de", "en")

_TITLES = {
    "en": "This request was not accepted",
    "fr": "Cette requête n'a pas été acceptée",
    "da": "Anmodningen blev ikke godkendt",
    "it": "La richiesta non è stata accettata",
    "pt": "A solicitação não foi aceita",
    "de": "Die Anfrage wurde nicht angenommen",
}

_TEXTS = {
    "parameter": {
        "en": "A parameter is missing or wrong: {field}",
        "fr": "Un paramètre est absent ou incorrect : {field}",
        "da": "En parameter mangler eller er forkert: {field}",
        "it": "Un parametro manca o non è corretto: {field}",
        "pt": "Um parâmetro está ausente ou incorreto: {field}",
        "de": "Ein Parameter fehlt oder ist falsch: {field}",
    },
    "time": {
        "en": "The event's time is too old or lies in the future",
        "fr": "L'heure de l'évènement est trop ancienne ou se situe dans le futur",
        "da": "Hændelsens tidspunkt er for gammelt eller ligger i fremtiden",
        "it": "L'orario dell'evento è troppo vecchio o è nel futuro",
        "pt": "O horário do evento é antigo demais ou está no futuro",
        "de": "Der Zeitpunkt des Ereignisses ist zu alt oder liegt in der Zukunft",
    },
    "purchase": {
        "en": "A purchase needs {field}",
        "fr": "Un achat nécessite {field}",
        "da": "Et køb kræver {field}",
        "it": "Un acquisto richiede {field}",
        "pt": "Uma compra precisa de {field}",
        "de": "Ein Kauf braucht {field}",
    },
    "hashing": {
        "en": "Customer information must be hashed: {field}",
        "fr": "Les informations client doivent être hachées : {field}",
        "da": "Kundeoplysninger skal hashes: {field}",
        "it": "Le informazioni sui clienti devono essere crittografate con hash: {field}",
        "pt": "As informações do cliente precisam de hash: {field}",
        "de": "Kundendaten müssen gehasht sein: {field}",
    },
    "customer": {
        "en": "The customer information is missing or matches too many people",
        "fr": "Les informations client sont absentes ou trop générales",
        "da": "Kundeoplysningerne mangler eller er for brede",
        "it": "Le informazioni sui clienti mancano o sono troppo generiche",
        "pt": "As informações do cliente estão ausentes ou são amplas demais",
        "de": "Die Kundendaten fehlen oder sind zu allgemein",
    },
    "token": {
        "en": "The access token can't be used",
        "fr": "Le token d'accès n'est pas utilisable",
        "da": "Adgangstokenet kan ikke bruges",
        "it": "Il token d'accesso non può essere usato",
        "pt": "O token de acesso não pode ser usado",
        "de": "Das Zugriffstoken kann nicht verwendet werden",
    },
    "permission": {
        "en": "The app may not do this",
        "fr": "L'application n'y est pas autorisée",
        "da": "Appen har ikke tilladelse til dette",
        "it": "L'app non è autorizzata a farlo",
        "pt": "O aplicativo não tem permissão para isso",
        "de": "Die App darf das nicht",
    },
    "server": {
        "en": "Something went wrong: try again later",
        "fr": "Une erreur s'est produite : réessayez plus tard",
        "da": "Noget gik galt: prøv igen senere",
        "it": "Qualcosa non ha funzionato: riprova più tardi",
        "pt": "Algo deu errado: tente novamente mais tarde",
        "de": "Etwas ist schiefgegangen: später erneut versuchen",
    },
    "pixel": {
        "en": "The data set was not found",
        "fr": "L'ensemble de données est introuvable",
        "da": "Datasættet blev ikke fundet",
        "it": "Il set di dati non è stato trovato",
        "pt": "O conjunto de dados não foi encontrado",
        "de": "Der Datensatz wurde nicht gefunden",
    },
    "throttled": {
        "en": "Too many calls: try again later",
        "fr": "Trop d'appels : réessayez plus tard",
        "da": "For mange kald: prøv igen senere",
        "it": "Troppe chiamate: riprova più tardi",
        "pt": "Chamadas demais: tente novamente mais tarde",
        "de": "Zu viele Aufrufe: später erneut versuchen",
    },
}

_turn = count()


def pick_language(accepted: str) -> str:
    """The first known language of an ``Accept-Language`` header; without one, each answer takes the next in turn."""
    for wanted in accepted.split(","):
        tag = wanted.partition(";")[0].strip()[:2].lower()
        if tag in LANGUAGES:
            return tag
    return LANGUAGES[next(_turn) % len(LANGUAGES)]


def user_text(theme: str, language: str, field: str) -> tuple[str, str]:
    """Title and text of one refusal, in one language."""
    return _TITLES[language], _TEXTS[theme][language].format(field=field)
