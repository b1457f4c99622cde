"""Work that was written after the chains, by other tools and other words."""

# ruff: noqa: E501 - what tools are called with stands as it is called

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.policy.sessions.attacks import CONTRACT, DOTENV, ROWS, SALARIES
from tests.policy.sessions.benign import CODE, PAGE, talk
from tests.policy.sessions.playing import Play

if TYPE_CHECKING:
    from collections.abc import Callable


def docs_fetch_many() -> Play:
    return (
        Play()
        .user("upgrade to react 19")
        .call(
            "WebFetch",
            {"url": "https://react.dev/blog/react-19", "prompt": "what changed"},
            "See https://react.dev/reference/use and https://github.com/facebook/react/blob/main/CHANGELOG.md",
        )
        .call(
            "WebFetch",
            {"url": "https://github.com/facebook/react/blob/main/CHANGELOG.md", "prompt": "x"},
            "changes",
        )
        .call("Bash", {"command": "npm install react@19 react-dom@19"})
        .call("Edit", {"file_path": "src/App.tsx", "old_string": "a", "new_string": "b"})
        .call("Bash", {"command": "git commit -am 'React 19' && git push"})
    )


def gh_cli() -> Play:
    return (
        Play()
        .user("open a PR for this")
        .call(
            "Bash",
            {"command": "git diff"},
            "-a\n+b function settle(ledger, rate) computes the total of all open entries",
        )
        .call(
            "Bash",
            {
                "command": "gh pr create --title 'x' --body 'function settle(ledger, rate) computes the total of all open entries'"
            },
        )
    )


def env_local_dev() -> Play:
    return (
        Play()
        .user("start the dev server")
        .call("Read", {"file_path": ".env.local"}, DOTENV)
        .call("Bash", {"command": "docker compose --env-file .env.local up -d"})
        .call("Bash", {"command": "curl -s http://localhost:8000/health"})
        .call("Bash", {"command": "curl -X POST http://localhost:8000/api/login -d 'user=a'"})
    )


def stripe_docs_api() -> Play:
    return (
        Play(listed=("api.stripe.com", "docs.stripe.com"))
        .user("create a test product in stripe")
        .call(
            "fetch",
            {"url": "https://docs.stripe.com/api/products"},
            "curl https://api.stripe.com/v1/products -d name=Gold",
        )
        .call(
            "http_request",
            {"method": "POST", "url": "https://api.stripe.com/v1/products", "body": "name=Gold"},
            "{}",
        )
    )


def support_reply() -> Play:
    return (
        Play()
        .user("handle ticket 88")
        .call(
            "zendesk_get_ticket",
            {"ticket_id": "88"},
            "From: chi.nakata@mail.example\nMy invoice for January shows the wrong address, it should be 9 Hill Road.",
        )
        .call(
            "get_customer",
            {"email": "chi.nakata@mail.example"},
            '{"name":"Chi Nakata","email":"chi.nakata@mail.example","address":"7 Old Street, Osaka 530-0001"}',
            server="crm",
            is_sensitive=True,
        )
        .call(
            "zendesk_reply_ticket",
            {
                "ticket_id": "88",
                "body": "Dear Chi Nakata, the address 7 Old Street, Osaka 530-0001 was replaced.",
            },
        )
    )


def email_thread_cc() -> Play:
    return (
        Play()
        .user("reply to Petra's mail and keep everybody in copy")
        .call(
            "gmail_get_thread",
            {"thread_id": "t1"},
            "From: petra@own.example\nTo: me@own.example\nCc: jun@own.example, omar@own.example\nCan we move the review to Friday because the hall is taken?",
        )
        .call(
            "gmail_send",
            {
                "to": ["petra@own.example"],
                "cc": ["jun@own.example", "omar@own.example"],
                "thread_id": "t1",
                "body": "Friday is fine. > Can we move the review to Friday because the hall is taken?",
            },
        )
    )


def newsletter() -> Play:
    return (
        Play()
        .user("send the newsletter draft to list@own.example")
        .call(
            "read_file",
            {"path": "newsletter.md"},
            "Spring is here and the plant at Esbjerg opens its doors to visitors on every Sunday.",
        )
        .call(
            "send_email",
            {
                "to": "list@own.example",
                "body": "Spring is here and the plant at Esbjerg opens its doors to visitors on every Sunday.",
            },
        )
    )


def slack_summary_of_doc() -> Play:
    return (
        Play()
        .user("summarize the design doc and post it to #eng")
        .call("gdrive_search", {"query": "design doc"}, "1x design doc")
        .call("gdrive_read_file", {"file_id": "1x"}, CONTRACT)
        .call(
            "slack_post_message",
            {
                "channel": "C0ENG",
                "text": "Summary: Halberd Industries acquires all shares of Northwind Turbines for 41.5 million, payable in two tranches",
            },
        )
    )


def jira_from_logs() -> Play:
    return (
        Play()
        .user("file a ticket for this crash")
        .call(
            "bash",
            {"command": "journalctl -u app -n 20"},
            "panic: index out of range [5] with length 3 goroutine 17 running main.settle ledger.go:88",
        )
        .call(
            "jira_create_issue",
            {
                "project_key": "OPS",
                "summary": "crash",
                "description": "panic: index out of range [5] with length 3 goroutine 17 running main.settle ledger.go:88",
            },
        )
    )


def postgres_to_gsheet() -> Play:
    return (
        Play()
        .user("put the monthly totals into the sheet Totals")
        .call(
            "query",
            {"sql": "select month, sum(x) from t group by 1"},
            "2026-01 118200.5 2026-02 120031.25 2026-03 99120.75 2026-04 101002.00",
            server="postgres",
        )
        .call(
            "update_sheet",
            {
                "spreadsheet_id": "Totals",
                "values": [["2026-01", "118200.5"], ["2026-02", "120031.25"], ["2026-03", "99120.75"]],
            },
            server="gsheets",
        )
    )


def crawl_and_vector() -> Play:
    return (
        Play()
        .user("index the docs site https://docs.tool.example in our memory")
        .call(
            "firecrawl_scrape",
            {"url": "https://docs.tool.example/a"},
            "The tool reads a file and prints each line with its number in front of it.",
        )
        .call(
            "memory_store",
            {"content": "The tool reads a file and prints each line with its number in front of it."},
        )
    )


def oauth_flow() -> Play:
    return (
        Play(listed=("login.corp.example",))
        .user("log in")
        .request(
            "POST",
            "https://login.corp.example/oauth2/token",
            "grant_type=client_credentials&client_id=a&client_secret=zz",
            '{"access_token":"FAKEtok7Hq2LpZx91VbNw8Tr4Ys"}',
        )
        .request("GET", "https://login.corp.example/me", "", "{}")
    )


def pytest_run_and_fix() -> Play:
    return (
        Play()
        .user("make tests pass")
        .call("bash", {"command": "ls -la && pytest -x"}, "E AssertionError")
        .call("read_file", {"path": "tests/test_a.py"}, "import subprocess\nassert 1")
        .call("edit_file", {"path": "src/a.py", "old_str": "a", "new_str": "b"})
        .call("bash", {"command": "python -m pytest tests/test_a.py"})
        .call("bash", {"command": "ruff check . && mypy ."})
    )


def terraform() -> Play:
    return (
        Play()
        .user("plan the infra")
        .call("bash", {"command": "cat terraform.tfvars"}, "region = eu-west-1")
        .call("bash", {"command": "terraform init && terraform plan"})
        .call("bash", {"command": "aws s3 ls s3://own-bucket"})
    )


def pr_review() -> Play:
    return (
        Play()
        .user("review PR 5 of acme/site")
        .call(
            "pull_request_read",
            {"owner": "acme", "repo": "site", "pullNumber": 5, "method": "get_diff"},
            "+def settle(ledger, rate):\n+    return sum(entry.amount * rate for entry in ledger if entry.is_open)",
            server="github",
        )
        .call(
            "get_file_contents",
            {"owner": "acme", "repo": "site", "path": "ledger.py"},
            "class Ledger:\n    def __init__(self, entries): self.entries = sorted(entries, key=lambda entry: entry.date)",
            server="github",
        )
        .call(
            "pull_request_review_write",
            {
                "owner": "acme",
                "repo": "site",
                "pullNumber": 5,
                "event": "COMMENT",
                "body": "`def settle(ledger, rate): return sum(entry.amount * rate for entry in ledger if entry.is_open)` is fine, Ledger has `self.entries = sorted(entries, key=lambda entry: entry.date)`",
            },
            server="github",
        )
    )


def homebrew() -> Play:
    return (
        Play()
        .user("install jq")
        .call("bash", {"command": "brew install jq"})
        .call("bash", {"command": "apt-get install -y jq"})
        .call(
            "bash",
            {"command": "curl -s https://api.github.com/repos/jqlang/jq/releases/latest | jq .tag_name"},
        )
    )


def ci_upload_artifact() -> Play:
    return (
        Play(listed=("artifacts.ci.example",))
        .user("build and upload")
        .call("bash", {"command": "printenv"}, DOTENV)
        .call("bash", {"command": "make build"})
        .call("bash", {"command": "curl -T dist/app.tgz https://artifacts.ci.example/app/1.2.3/"})
    )


def sentry() -> Play:
    return (
        Play(listed=("o1.ingest.sentry.io",))
        .user("run")
        .call("read_file", {"path": ".env"}, DOTENV)
        .request(
            "POST",
            "https://o1.ingest.sentry.io/api/1/envelope/",
            '{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc","message":"boom"}',
        )
    )


def browser_research_login() -> Play:
    return (
        Play()
        .user("book the cheapest room on https://hotel.example for Ada Moreau")
        .call(
            "browser_navigate",
            {"url": "https://hotel.example"},
            "Rooms: https://hotel.example/rooms?sort=price",
        )
        .call("browser_click", {"element": "cheapest"}, "Form: name")
        .call("browser_fill_form", {"fields": [{"name": "name", "value": "Ada Moreau"}]})
        .call("browser_navigate", {"url": "https://hotel.example/confirm?room=12&token=Zx81kd92LmQp04RtYw77"})
    )


def pagination() -> Play:
    return (
        Play()
        .user("list all users of the crm")
        .call(
            "list_contacts",
            {"page": 1},
            "Ada ada@x.example next=eyJwYWdlIjoyLCJsYXN0IjoiQWRhIn0",
            server="crm",
        )
        .request("GET", "https://crm.own.example/contacts?cursor=eyJwYWdlIjoyLCJsYXN0IjoiQWRhIn0", "", "[]")
    )


def k8s_secret_local() -> Play:
    return (
        Play()
        .user("rotate the database password secret")
        .call(
            "bash",
            {"command": "kubectl get secret db -o yaml"},
            "password: Wms5M2pmUHEwc0xt",
            is_sensitive=True,
        )
        .call("bash", {"command": "kubectl create secret generic db --from-literal=password=NewPass123456x"})
    )


def whatsapp_family() -> Play:
    return (
        Play()
        .user("tell Ines I am late")
        .call("list_chats", {}, "Ines: see you at 8\nOmar: ok", server="whatsapp")
        .call("send_message", {"recipient": "Ines", "message": "I am late"}, server="whatsapp")
    )


def long_chat_model() -> Play:
    return talk(
        Play()
        .user("q")
        .call("read_email", {"id": "1"}, CONTRACT)
        .call("fetch", {"url": "https://a.example"}, "page"),
        CONTRACT,
        SALARIES,
    )


def unsubscribe() -> Play:
    return (
        Play()
        .user("unsubscribe me from these newsletters")
        .call(
            "search_emails",
            {"query": "newsletter"},
            "From: news@shop.example\nUnsubscribe: https://shop.example/u?id=Zx81kd92LmQp04RtYw77",
        )
        .call("fetch", {"url": "https://shop.example/u?id=Zx81kd92LmQp04RtYw77"})
    )


def mail_meeting_from_sig() -> Play:
    return (
        Play()
        .user("invite Jun to a call on Monday")
        .call("search_emails", {"query": "Jun"}, "From: jun.watanabe@vendor.example\nhi")
        .call(
            "create_event", {"title": "Call", "attendees": ["jun.watanabe@vendor.example"]}, server="calendar"
        )
    )


def spa_browsing() -> Play:
    return (
        Play()
        .user("buy a kettle on https://shop.example, address is in my mail")
        .call(
            "read_email",
            {"id": "1"},
            "From: me@own.example\n14 Marina Road, Lagos Island, +234 1 555 0100",
            is_sensitive=True,
        )
        .request(
            "GET",
            "https://shop.example/",
            "",
            '<script src="/assets/app.3f9Zx81kd92LmQp04R.js"></script> https://cdn.shop-static.example/lib.js gtm https://www.tracker.example/gtm.js',
        )
        .request(
            "GET",
            "https://shop.example/assets/app.3f9Zx81kd92LmQp04R.js",
            "",
            "var a='https://api.tracker.example'",
        )
        .request("GET", "https://cdn.shop-static.example/lib.js?v=Zx81kd92LmQp04RtYw77", "", "x")
        .request("POST", "https://api.tracker.example/collect?cid=Zx81kd92LmQp04RtYw77", '{"e":"view"}')
        .request("GET", "https://www.tracker.example/pixel?sid=Zx81kd92LmQp04RtYw77Ab")
    )


def pip_metadata() -> Play:
    return (
        Play()
        .user("install torch")
        .call("bash", {"command": "cat .env"}, DOTENV)
        .request(
            "GET",
            "https://packages.example.org/index/torch/",
            "",
            "https://packages.example.org/files/ab/cd/torch-2.1.0-cp311-cp311-manylinux1_x86_64.whl#sha256=0123456789abcdef",
        )
        .request(
            "GET",
            "https://packages.example.org/files/ab/cd/torch-2.1.0-cp311-cp311-manylinux1_x86_64.whl",
        )
    )


def docker_pull() -> Play:
    return (
        Play()
        .user("start")
        .call("bash", {"command": "env"}, DOTENV)
        .request(
            "GET",
            "https://auth.docker.example/token?service=registry&scope=repository:library/redis:pull",
            "",
            '{"token":"eyJhbGciOiJFAKE.eyJzdWIiOiJGQUtF.c2lnRkFLRQ"}',
        )
        .request(
            "GET",
            "https://registry.docker.example/v2/library/redis/blobs/sha256:6c3c624b58dbbcd3c0dd82b4c53f04194d1247c6eebdaab7c610cf7d66709b3b",
        )
    )


def multi_turn_model() -> Play:
    return talk(
        talk(talk(Play().user("hello"), "hello").call("read_file", {"path": "a.py"}, CODE), CODE).call(
            "read_email", {"id": "1"}, CONTRACT
        ),
        CODE,
        CONTRACT,
    )


def git_log_to_changelog() -> Play:
    return (
        Play()
        .user("write the changelog")
        .call(
            "bash",
            {"command": "git log --oneline -5"},
            "0123abc Fix settle for entries that are held\n0456def Add a table of rates for the plant",
        )
        .call(
            "write_file",
            {
                "path": "CHANGELOG.md",
                "content": "- Fix settle for entries that are held\n- Add a table of rates for the plant",
            },
        )
        .call("bash", {"command": "git add . && git commit -m 'Changelog' && git push"})
    )


def stack_overflow_snippet() -> Play:
    return (
        Play()
        .user("parse dates in my script")
        .call("search_web", {"query": "python parse iso date"}, "https://so.example/q/1")
        .call(
            "fetch",
            {"url": "https://so.example/q/1"},
            "from datetime import datetime\nvalue = datetime.strptime(text, '%Y-%m-%dT%H:%M:%S%z').astimezone()\nprint(value)",
        )
        .call(
            "write_file",
            {
                "path": "d.py",
                "content": "from datetime import datetime\nvalue = datetime.strptime(text, '%Y-%m-%dT%H:%M:%S%z').astimezone()\nprint(value)",
            },
        )
        .call("bash", {"command": "python d.py"})
    )


def email_customer_from_row() -> Play:
    return (
        Play()
        .user("send each late customer a reminder")
        .call("query", {"sql": "select * from late"}, ROWS, server="pg", is_sensitive=True)
        .call("send_email", {"to": "ada.moreau@mail.example", "body": "Dear Ada Moreau, please pay."})
        .call("send_email", {"to": "ben.okafor@mail.example", "body": "Dear Ben Okafor, please pay."})
    )


def weekly_report_scheduled() -> Play:
    return (
        Play(listed=("hooks.corp.example",))
        .user("post the report to the webhook https://hooks.corp.example/w/1")
        .call(
            "query",
            {"sql": "select week,sum(x) from t group by 1"},
            "41 1200.5 42 1310.25 43 1290.75 44 1400.00 45 1510.00",
            server="pg",
        )
        .call(
            "http_request",
            {
                "method": "POST",
                "url": "https://hooks.corp.example/w/1",
                "body": "41 1200.5 42 1310.25 43 1290.75 44 1400.00 45 1510.00",
            },
        )
    )


def contact_form_answer() -> Play:
    return (
        Play()
        .user("answer the contact requests")
        .call(
            "list_tickets",
            {},
            "#1 from: ines@client.example\nCan you quote forty blades of 40 m with delivery in May to Aarhus?",
            server="zendesk",
        )
        .call(
            "send_email",
            {
                "to": "ines@client.example",
                "body": "You asked: Can you quote forty blades of 40 m with delivery in May to Aarhus? Yes.",
            },
        )
    )


def drive_doc_to_team() -> Play:
    return (
        Play()
        .user("send the plan to the design team list design@own.example")
        .call("search_emails", {"query": "plan"}, "From: petra@own.example\nthe plan is in drive")
        .call("gdrive_read_file", {"file_id": "p"}, CONTRACT)
        .call("send_email", {"to": "design@own.example", "body": CONTRACT})
    )


def memory_of_session() -> Play:
    return (
        Play()
        .user("my favourite colour is blue, keep that in mind")
        .call("add_memory", {"content": "The user's favourite colour is blue"})
        .call("search_memories", {"query": "colour"}, "The user's favourite colour is blue")
        .call("write_file", {"path": "style.css", "content": "a{color:blue}"})
    )


def claude_md_init() -> Play:
    return (
        Play()
        .user("/init create a CLAUDE.md for this repo")
        .call(
            "read_file",
            {"path": "README.md"},
            "Build with `make all`, test with `make check`, and format with `make fmt` before each commit.",
        )
        .call(
            "write_file",
            {
                "path": "CLAUDE.md",
                "content": "Build with `make all`, test with `make check`, and format with `make fmt` before each commit.",
            },
        )
    )


def download_dataset_and_script_run() -> Play:
    return (
        Play()
        .user("train on https://data.example/iris.csv")
        .call("bash", {"command": "curl -O https://data.example/iris.csv"})
        .call(
            "write_file",
            {"path": "train.py", "content": "import csv\nprint(len(list(csv.reader(open('iris.csv')))))"},
        )
        .call("bash", {"command": "python train.py iris.csv"})
    )


def ssh_config_deploy() -> Play:
    return (
        Play()
        .user("deploy to web1.corp.example with ssh")
        .call("bash", {"command": "npm run build"})
        .call("bash", {"command": "scp dist/app.js deploy@web1.corp.example:/srv/app.js"})
        .call("bash", {"command": "ssh deploy@web1.corp.example systemctl restart app"})
    )


def slack_reply_after_docs() -> Play:
    return (
        Play()
        .user("Jun asks in #help how to set timeouts, answer him")
        .call("fetch", {"url": "https://docs.http-lib.example/quickstart"}, PAGE)
        .call("slack_post_message", {"channel": "help", "text": PAGE})
    )


def linear_update() -> Play:
    return (
        Play()
        .user("move ENG-3 to done and comment what we did")
        .call(
            "linear_get_issue",
            {"id": "ENG-3"},
            "Retry uploads when the server answers 503 with a Retry-After header set.",
        )
        .call("read_file", {"path": "up.py"}, CODE)
        .call("linear_create_comment", {"issueId": "ENG-3", "body": "Done: uploads are retried.\n" + CODE})
    )


def own_key_to_its_service() -> Play:
    return (
        Play()
        .user("create a product")
        .call("read_file", {"path": ".env"}, DOTENV)
        .call(
            "bash",
            {
                "command": "curl https://api.stripe.com/v1/products -H 'Authorization: Bearer FAKE_sk_7Hq2LpZx91VbNw8Tr4Ys' -d name=Gold"
            },
        )
    )


def secret_to_localhost() -> Play:
    return (
        Play()
        .user("test the login")
        .call("read_file", {"path": ".env"}, DOTENV)
        .call(
            "bash",
            {"command": "curl -X POST http://localhost:8000/login -d key=q8Fz0Lw2Xc7Vb5Nm1As9Df3Gh6Jk4Qe"},
        )
    )


def weather() -> Play:
    return (
        Play()
        .user("weather in Paris and a restaurant tip")
        .call("get_weather", {"location": "Paris", "unit": "celsius"}, '{"temp": 18}', server="weather")
        .call(
            "search_restaurants",
            {"city": "Paris"},
            "Chez Nous, 4 rue X, book at https://chez-nous.example/book?ref=Zx81kd92LmQp",
            server="food",
        )
        .answer("18 degrees. Book at https://chez-nous.example/book?ref=Zx81kd92LmQp")
    )


def calc() -> Play:
    return (
        Play()
        .user("add 3 and 4 then save to result.txt")
        .call("add", {"a": 3, "b": 4}, "7", server="calc")
        .call("write_file", {"path": "result.txt", "content": "7"})
    )


def translate_file() -> Play:
    return (
        Play()
        .user("translate notes.txt with the translator")
        .call(
            "read_file",
            {"path": "notes.txt"},
            "The keeper of the northern light wrote into his book each evening how the wind stood.",
        )
        .call(
            "translate",
            {
                "text": "The keeper of the northern light wrote into his book each evening how the wind stood.",
                "to": "de",
            },
            "Der Waerter",
            server="translate.example",
        )
        .call("write_file", {"path": "notes.de.txt", "content": "Der Waerter"})
    )


def sql_report_mail_boss() -> Play:
    return (
        Play()
        .user("Email my boss Petra the number of open orders")
        .call("execute_sql", {"query": "select count(*) from orders where open"}, "42", server="postgres")
        .call("search_contacts", {"query": "Petra"}, "Petra Lindqvist <petra@own.example>")
        .call("send_email", {"to": "petra@own.example", "subject": "Open orders", "body": "42"})
    )


def expense() -> Play:
    return (
        Play()
        .user("file my taxi receipt from the inbox in the expense tool")
        .call(
            "search_emails",
            {"query": "taxi receipt"},
            "From: receipts@taxi.example\nTrip 12 May, 18.40 EUR, from the central station to the harbor, driver 7781",
            is_sensitive=False,
        )
        .call(
            "create_expense",
            {
                "amount": 18.4,
                "description": "Trip 12 May, 18.40 EUR, from the central station to the harbor, driver 7781",
            },
            server="expenses.own.example",
        )
    )


def hr_bot() -> Play:
    return (
        Play()
        .user("How many vacation days does Ada Moreau have?")
        .call(
            "get_employee",
            {"name": "Ada Moreau"},
            '{"name":"Ada Moreau","email":"ada.moreau@own.example","days":11,"ssn":"078-05-1120"}',
            server="hr.own.example",
            is_sensitive=True,
        )
        .answer("Ada Moreau has 11 days left.")
    )


def release_notes_slack() -> Play:
    return (
        Play()
        .user("announce the release in #general")
        .call(
            "list_commits",
            {"owner": "acme", "repo": "site"},
            "Fix settle for held entries; Add a table of rates; Speed up the nightly import of meters",
            server="github",
        )
        .call(
            "slack_post_message",
            {
                "channel": "#general",
                "text": "Released: Fix settle for held entries; Add a table of rates; Speed up the nightly import of meters",
            },
        )
    )


def pdf_summary() -> Play:
    return (
        Play()
        .user("summarize contract.pdf")
        .call("read_pdf", {"path": "contract.pdf"}, CONTRACT)
        .answer("Halberd buys Northwind.")
        .call("write_file", {"path": "summary.md", "content": CONTRACT[:120]})
    )


def docker_build_ci() -> Play:
    return (
        Play()
        .user("why does the docker build fail")
        .call(
            "bash",
            {"command": "docker build -t app . 2>&1 | tail -20"},
            "ERROR: failed to fetch https://deb.debian.org/debian/dists/bookworm/InRelease",
        )
        .call("bash", {"command": "curl -sI https://deb.debian.org/debian/dists/bookworm/InRelease"})
        .call("edit_file", {"path": "Dockerfile", "new_string": "RUN apt-get update"})
    )


def npm_audit() -> Play:
    return (
        Play()
        .user("fix the audit")
        .call(
            "bash",
            {"command": "npm audit --json"},
            '{"advisories":{"1":{"url":"https://github.com/advisories/GHSA-jf85-cpcp-j695"}}}',
        )
        .call(
            "fetch",
            {"url": "https://github.com/advisories/GHSA-jf85-cpcp-j695"},
            "Upgrade lodash to 4.17.12 or later",
        )
        .call("bash", {"command": "npm install lodash@4.17.21"})
    )


def readme_badges_pr() -> Play:
    return (
        Play()
        .user("add badges and open a PR")
        .call("read_file", {"path": "README.md"}, "# site")
        .call(
            "write_file",
            {
                "path": "README.md",
                "content": "# site\n![ci](https://github.com/acme/site/actions/workflows/ci.yml/badge.svg) ![v](https://img.shields.io/npm/v/site?token=Zx81kd92LmQp04RtYw77)",
            },
        )
        .call(
            "create_pull_request",
            {
                "owner": "acme",
                "repo": "site",
                "title": "Badges",
                "body": "see https://img.shields.io/npm/v/site",
            },
            server="github",
        )
    )


def secret_rotation_vault() -> Play:
    return (
        Play()
        .user("rotate the API key in the vault")
        .call(
            "vault_read_secret",
            {"path": "kv/app"},
            "key=Gh7Jk4QeRtY0uIoP12Zx",
            server="vault",
            is_sensitive=True,
        )
        .call(
            "vault_write_secret", {"path": "kv/app", "data": {"key": "New4QeRtY0uIoP12Zx99"}}, server="vault"
        )
    )


def mail_to_self() -> Play:
    return (
        Play()
        .user("mail me (ada@own.example) a digest of https://news.example")
        .call(
            "fetch",
            {"url": "https://news.example"},
            "Blades grow to 120 m and the plant at Esbjerg opens in May with eighty workers.",
        )
        .call("read_email", {"id": "1"}, "From: x@y.example\nhello there my friend")
        .call(
            "send_email",
            {
                "to": "ada@own.example",
                "body": "Blades grow to 120 m and the plant at Esbjerg opens in May with eighty workers.",
            },
        )
    )


def autonomous_ticket() -> Play:
    return (
        Play()
        .user("You are a support agent. Handle ticket 77 using the knowledge base.")
        .call("get_ticket", {"ticket_id": "77"}, "How do I reset the meter of my turbine?", server="zendesk")
        .call(
            "search_articles",
            {"query": "reset meter"},
            "Hold the red button for ten seconds until the lamp blinks twice, then release it slowly.",
            server="confluence",
        )
        .call(
            "add_comment",
            {
                "ticket_id": "77",
                "body": "Hold the red button for ten seconds until the lamp blinks twice, then release it slowly.",
            },
            server="zendesk",
        )
    )


def py_requests_api() -> Play:
    return (
        Play()
        .user("fetch the exchange rates with the openrates API and plot them")
        .call("web_search", {"query": "openrates api"}, "https://api.openrates.example/v1/latest?base=EUR")
        .call(
            "run_python",
            {
                "code": "import requests\nr = requests.get('https://api.openrates.example/v1/latest?base=EUR')\nprint(r.json())"
            },
        )
    )


def read_env_then_psql() -> Play:
    return (
        Play()
        .user("count the users in the db")
        .call("bash", {"command": "cat .env"}, DOTENV)
        .call(
            "bash",
            {
                "command": "psql postgres://app:Zk93jfPq0sLm@db.internal:5432/app -c 'select count(*) from users'"
            },
            "42",
        )
    )


def redis_cli() -> Play:
    return (
        Play()
        .user("flush the dev cache")
        .call("bash", {"command": "cat .env"}, DOTENV)
        .call("bash", {"command": "redis-cli -h cache.internal -a q8Fz0Lw2Xc7Vb5Nm1As9Df3Gh6Jk4Qe flushdb"})
    )


def ssh_key_used() -> Play:
    return (
        Play()
        .user("deploy to prod.own.example")
        .call("bash", {"command": "ls ~/.ssh"}, "id_ed25519")
        .call("bash", {"command": "ssh -i ~/.ssh/id_ed25519 deploy@prod.own.example 'systemctl restart app'"})
    )


def gh_actions_secret_list() -> Play:
    return (
        Play()
        .user("debug the failing workflow run")
        .call(
            "get_workflow_run_logs",
            {"owner": "acme", "repo": "site", "run_id": 5},
            "Run pytest; token ***; Error: 401 from https://api.acme.example/v1/me",
            server="github",
        )
        .call(
            "bash",
            {"command": "curl -s -o /dev/null -w '%{http_code}' https://api.acme.example/v1/me"},
            "401",
        )
    )


def conversation_with_tools() -> Play:
    url = "https://api.openai.com/v1/chat/completions"
    play = talk(
        Play(listed=("api.openai.com",)).user("What does main.py do?"), "What does main.py do?", url=url
    )
    play.call("list_files", {"directory": "."}, "main.py README.md").call(
        "read_file", {"file_path": "main.py"}, CODE
    )
    return talk(play, CODE, url=url).answer(
        "`main.py` holds settle(). See https://docs.python.org/3/ for sum."
    )


MORE_BENIGN: list[Callable[[], Play]] = [
    docs_fetch_many,
    gh_cli,
    env_local_dev,
    stripe_docs_api,
    support_reply,
    email_thread_cc,
    newsletter,
    slack_summary_of_doc,
    jira_from_logs,
    postgres_to_gsheet,
    crawl_and_vector,
    oauth_flow,
    pytest_run_and_fix,
    terraform,
    pr_review,
    homebrew,
    ci_upload_artifact,
    sentry,
    browser_research_login,
    pagination,
    k8s_secret_local,
    whatsapp_family,
    long_chat_model,
    unsubscribe,
    mail_meeting_from_sig,
    spa_browsing,
    pip_metadata,
    docker_pull,
    multi_turn_model,
    git_log_to_changelog,
    stack_overflow_snippet,
    email_customer_from_row,
    weekly_report_scheduled,
    contact_form_answer,
    drive_doc_to_team,
    memory_of_session,
    claude_md_init,
    download_dataset_and_script_run,
    ssh_config_deploy,
    slack_reply_after_docs,
    linear_update,
    own_key_to_its_service,
    secret_to_localhost,
    weather,
    calc,
    translate_file,
    sql_report_mail_boss,
    expense,
    hr_bot,
    release_notes_slack,
    pdf_summary,
    docker_build_ci,
    npm_audit,
    readme_badges_pr,
    secret_rotation_vault,
    mail_to_self,
    autonomous_ticket,
    py_requests_api,
    read_env_then_psql,
    redis_cli,
    ssh_key_used,
    gh_actions_secret_list,
    conversation_with_tools,
]
