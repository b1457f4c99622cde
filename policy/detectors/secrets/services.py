"""Names of services whose keys have no shape of their own: a random text beside such a name is taken for its key.

Names only, of services with an API key; those that are ordinary words, or stand in every other text, are left to the
layer of credential names (`keyed`).
"""

from __future__ import annotations

from typing import Final

from policy.detectors.secrets.names import words

SERVICES: Final[tuple[str, ...]] = tuple(
    sorted(
        words(
            """
            abbysale abstractapi abuseipdb abyssale accuweather adafruit adzuna aerisweather aeroworkflow
            airbrake airship airtable airvisual aiven alconost alegra aletheia algolia alibabacloud
            alienvault allsports amadeus ambee amplitude anthropic anypoint anyscale apacta api2cart apideck
            apiflash apifonica apify apilayer apimatic apimetrics apiscience apitemplate appcues appfollow
            appointedd appoptics appsynergy artifactory artsy assemblyai atera audd auth0 authorize.net
            autoklose avaza aviationstack axonaut aylien ayrshare azureopenai bandwidth.com bannerbear
            baremetrics beebole besnappy besttime betterstack bitbar bitbucket bitcoinaverage bitfinex bitly
            bitmex blazemeter blitapp blocknative bombbomb boostnote borgbase braintree brandfetch brevo
            browshot bscscan buddyns budibase bugherd bugsnag buildkite bulksms buttercms caflou
            calendarific calendly calorieninja campayn cannyio capsulecrm carboninterface censys
            centralstationcrm cerebras cexio chartmogul chatfuel checio checklyhq checkvist circleci
            clarifai clearbit clearout clickhelp clicksend clickup cliengo clinchpad clockify clockworksms
            closecrm cloudconvert cloudelements cloudimage cloudinary cloudmersive cloudplan cloudsight
            cloudsmith cloverly clustdoc cockroachlabs codacy codeclimate codemagic codequiry coinapi
            coinbase coingecko coinlayer coinlib coinmarketcap collect2 commercejs companyhub confluent
            contentful contentstack conversionbox conversiontools convertapi convertkit countrylayer
            coveralls craftmypdf cratesio crossbrowsertesting crowdin cryptocompare currencycloud
            currencyfreaks currencylayer currencyscoop currentsapi customerguru customerio d7network dailyco
            dareboost dashscope databox databricks datadog datafire datarobot deepai deepgram deepl deepseek
            demio detectify detectlanguage dfuse dialpad diffbot diggernaut digicert digitalocean disqus
            docparser documo dotdigital dovico dronahq droneci duply dwolla dynalist dynatrace dyspatch
            eagleeyenetworks easypost ecostruxureit edamam edenai edenspiekermann elastic.co elasticemail
            elevenlabs enablex endorlabs ethereumscan etherscan ethplorer eventbrite everhour eversign
            exchangerate exchangeratesapi exportsdk extractorapi facepp fastforex fastly feedier fetchrss
            fibery finage financialmodelingprep finicity finnhub fireworksai fixerio flatio fleetbase
            flexport flightapi flightlabs flowdash flowflu flutterwave fly.io formbucket formcraft
            foursquare freshbooks freshdesk freshservice fullstory fusebill fxmarket gandi geckoboard gengo
            geoapify geocodify geocodio geoipifi getemail getgeoapi getgist getresponse getsandbox gitea
            gitee gitguardian gitter givebutter glassnode gocardless godaddy gotify graphcms graphhopper
            groovehq groq groundhogg gtmetrix guardianapi gumroad gyazo happi.dev happyscribe harvestapp
            hellosign helpcrunch helpscout hereapi heroku hetzner hiveage holidayapi html2pdf hubspot
            huggingface hybiscus hypeauditor hypertrack iconfinder iexapis iexcloud iexcloudapi imagekit
            imagga imgbb improvmx infisical infracost infura insightly instabot interseller intra42 intrinio
            invoiceocean ionos ip2location ipapi ipdata ipgeolocation ipify ipinfo ipquality ipqualityscore
            ipstack jotform jumpcloud jupiterone kaggle kaleyra kanbanize kanbantool karmacrm keenio kickbox
            klaviyo klipfolio knackhq knapsackpro kucoin kylas langfuse langsmith languagelayer lastfm
            launchdarkly leadfeeder lemlist lemonsqueezy lendflow lessannoyingcrm lexigram lightstep
            linearapi linenotify linkpreview linode liveagent liveblocks livestorm loadmill lob.com
            locationiq logdna logentries loggly loginradius logzio lokalise loyverse lunchmoney madkudu
            mailboxlayer mailchimp mailerlite mailersend mailgun mailjet mailmodo mailosaur mailsac mandrill
            mapbox mapillary mapquest marketo marketstack mattermost maxmind mediastack meistertask meraki
            mercadopago mesibo messagebird messari metaapi metrilo milvus mindmeister mistralai mixcloud
            mixmax mixpanel mockaroo moderationapi monday.com mongodb_atlas monkeylearn moonclerk moosend
            mrticktock myfreshworks myintervals namecheap nasdaqdatalink naverapi netcore nethunt netlify
            netsuite newrelic newsapi newscatcher newsdata nexmo nftport ngrok nicereply nightfall nitropack
            nozbe nuget numverify nylas nytimes oanda octopusdeploy okta omnisend onelogin onepagecrm
            onesignal onesky onfleet oopspam opencagedata openexchangerates openfaas openrouter opentok
            openuv openweather opsgenie opsworks optidash optimizely ossindex overloop owlbot oxylabs
            packagecloud pactflow pagarme pagerduty pagespeed pandadoc pandascore paperform papyrs
            paralleldots parsehub parseur partnerstack passbase paydirtapp paymoapp paymongo paystack
            pdflayer pdfshift peakon peopledatalabs pepipost pinata pinecone pingdom pipedream pipedrive
            pivotaltracker pixabay plaid planetscale planview planyo platformsh poeditor pollsapi
            polygonscan porkbun positionstack postageapp postcoder posthog postmark postmates powrbot
            prerender privacyapi prodpad prospectcrm prospectio protocolsio proxycrawl pubnub pubnubsub
            pulumi purestake pushbullet pushover qdrant qualaroo qubole quickbase quickmetrics rabbitmq
            rapidapi raygun razorpay reachmail reallysimplesystems rebrandly rechargepayments recurly
            redmine remotebase rentman repairshopr replicate replyio requestfinance restpack revampcrm
            ritekit rocketreach rockset rollbar route4me rownd rubygems runpod runscope ryver saladcloud
            salesblink salescookie salesflare salesloft sanity.io satismeter sauce_labs saucelabs scaleway
            scrapeowl scraperapi scraperbox scrapersite scrapestack scrapfly scrapingant scrapingbee
            screenshotapi screenshotlayer screenshotmachine scrutinizer searchapi securitytrails selectpdf
            semaphoreci semrush sendbird sendgrid sendinblue sentry.io serpapi serphouse serpstack serpwow
            sheety sherpadesk shipday shippo shodan shortio shotstack shotstackapi shrtcode shutterstock
            signaturit signupgenius sigopt simfin simplesat simplynoted simvoly sinch sirv siteleaf skrapp
            skrappio skybiometry smartling smartlook smartsheets smartystreets sms77 smsapi snapdocs
            snipcart snov snyk solarwinds sonarcloud sonarqube sonatype soundcloud sourcegraph sparkloop
            sparkpost speechtextai splunk spoonacular sportradar sportsmonk spotinst sqreen squarespace
            sslmate stackhawk stackpath statsig statuscake statushero statuspage statuspageio statuspal
            stitchdata stockdata storecove stormboard stormglass storyblok storychief strava stripo stytch
            sugester sumologic supabase supernotes surveyanyplace surveybot surveymonkey surveysparrow
            survicate swellstore swiftype synthesio taboola tallyfy tatum tatumio tavily taxjar teamgate
            teamviewer teamworkcrm teamworkdesk technicalanalysisapi tefter telesign telnyx terraform_cloud
            text2data textmagic the-odds-api theoddsapi thingspeak thinkific thousandeyes ticketmaster
            ticketsocket tickettailor tiingo timecamp timescale timezoneapi tineswebhook tinypng tmetric
            togetherai toggl tokeet tomorrowio tomtom totango tradier transferwise transifex travelpayouts
            travis-ci travisci trustpilot twelvedata twilio twilioauth tyk tyntec typeform typetalk
            uberdealer ubidots uclassify unbounce unifyid unplugg upcdatabase uplead uploadcare upstash
            uptimerobot upwave urlscan userflow userstack vagrantcloud vastai vatlayer vbout veracode vercel
            verifier.meetchopra verimail veriphone versioneye viewneo virustotal visualcrossing voicegain
            vonage voodoosms vouchery vpnapi vultr wakatime walkscore wandb watchmode weatherbit
            weatherstack weaviate web3storage webex webflow webscraper webscraping weightsandbiases wepay
            whoxy wistia wordnik workable worksnaps workstack worldcoinindex worldweather wrike xata xero
            yandexcloud yext youneedabudget yousign youtrack zenkit zenrows zenscrape zenserp zeplin
            zerobounce zerotier zilliz zipapi zipbooks zipcodeapi zipcodebase zoho zohocrm zonka zoom_jwt
            zoominfo zulip
            """
        )
    )
)
