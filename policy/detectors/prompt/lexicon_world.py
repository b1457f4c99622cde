"""Words of other languages by the part they play in an attack, under the same letters as the English ones.

Data of `policy.detectors.prompt.lexicon`: German, French, Spanish, Italian, Portuguese, Dutch, Polish, Russian, Serbo-Croatian,
Turkish, Chinese, Japanese and Korean; in the last three a concept is a run of characters, written with spaces between.
An attacker chooses the language in which the guard is weakest.
"""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    "I": (
        "ignoriere ignorieren ignorierst ignoriert vergiss vergesse vergessen vergesst missachte missachten missachtet überspringe übergehe "
        "umgehe umgehen verwerfe verwirf streiche streichen außer abweichend lösche "
        "ignorez ignorer oublie oubliez oublier négligez omets contourne contournez ignores "
        "ignora ignorar ignoren olvida olvide olviden olvidar olvidate omite omitir descarta desobedece salta "
        "ignorare dimentica dimenticare dimenticate trascura tralascia scorda disattendi "
        "esqueça esqueca esquecer esquece desconsidere desconsidera descarte "
        "negeer negeren vergeet zignoruj ignoruj zapomnij pomiń ignoriraj zaboravi zanemari zaboravite "
        "игнорируй игнорируйте игнорировать проигнорируй проигнорируйте забудь забудьте забыть отбрось отмени пренебреги "
        "ignorera glöm unut unutun yoksay görmezden"
        " तजाहल अनदेखा नज़रअंदाज भूल भूलो تجاهل تجاهلوا انس انسى"
    ),
    "P": (
        "vorherige vorherigen vorheriges vorheriger bisherige bisherigen vorangegangene vorangegangenen vorangehenden obige obigen obiger oben zuvor vorher davor vorigen "
        "frühere früheren bisher gesagte gesagten alte alten obenstehenden "
        "précédente précédentes précédent précédents antérieures dessus avant ci-dessus "
        "anterior anteriores previas previos previo previa antes arriba dicho "
        "precedente precedenti sopra prima anteriormente acima prévias "
        "vorige voorgaande eerdere bovenstaande poprzednie powyższe wcześniejsze wszystkie prethodne ranije "
        "предыдущие предыдущих предыдущую предыдущее прежние прежде выше вышеуказанные ранее önceki yukarıdaki tidigare"
        " पिछले पिछली पहले पूर्व السابقة السابق أعلاه"
    ),
    "T": (
        "alle alles allem allen sämtliche jede jeden jegliche toutes tous tout todas todos todo toda tutte tutti tutto tudo "
        "wszystko sve все всё всех всю tüm"
        " सभी सारे जميع جميع كل كافة"
    ),
    "R": (
        "anweisung anweisungen anleitung instruktion instruktionen regel regeln richtlinien vorgaben befehl befehle befehlen "
        "aufforderung eingabeaufforderung systemprompt weisungen anordnungen "
        "consigne consignes règles règle directives "
        "instrucción instrucciones instruccion reglas regla indicaciones órdenes ordenes directrices "
        "istruzioni istruzione regole comandi direttive ordini "
        "instruções instrucoes instrução regras ordens diretrizes comandos "
        "instructies regels opdrachten instrukcje polecenia zasady instrukcije uputstva naredbe pravila "
        "инструкции инструкций инструкцию указания указаний правила правил команды промпт подсказку talimatları talimat kuralları instruktioner"
        " निर्देशों निर्देश नियम नियमों प्रॉम्प्ट التعليمات تعليمات القواعد الأوامر تعليماتك"
    ),
    "X": (
        "aufgabe aufgaben angaben informationen text gespräch kontext artikel dokumente thema frage texte wörter "
        "tâche tâches texte contexte tarea tareas texto contexto compito compiti testo tarefa tarefas "
        "текст задание задачу сообщение zadanie zadatak"
    ),
    "Y": "du dich dir dein deine deinen deiner deinem ihr euch eure sie ihre ihren ihnen ihrer tu toi ton ta tes vous votre vos te ti tuo tua tuoi tue seu sua você voce usted vuestra sus ты тебе твой твои твоих тебя вы ваш ваши вам jij je jouw twoje sen senin",
    "S": "systems система системный системные sistema système सिस्टम النظام",
    "M": "ki sprachmodell sprachmodells ia modèle modelo modello ассистент ии бот модель нейросеть assistent asistente assistente",
    "W": "neu neue neuen neuer neues nun jetzt stattdessen folgende folgenden folgendes weitere nouvelle nouvelles nouveau maintenant nueva nuevas nuevo ahora nuova nuove adesso ora nova novas agora nieuwe nowe новые новая новое теперь сейчас вместо plutôt invece",
    "O": (
        "sage sag sagen schreibe schreib schreiben antworte antworten beantworte beantworten drucke drucken gib gebe ausgeben verfasse formuliere "
        "dis dites écris écrivez réponds répondez affiche affichez imprime "
        "di decir diga digas escribe escriba responde responda rispondi scrivi stampa dici diga escreva responda imprima "
        "скажи скажите напиши напишите ответь ответьте выведи выведите напечатай zeg schrijf napisz odpowiedz napiši reci söyle yaz"
    ),
    "V": (
        "zeige zeig zeigen verrate verraten nenne nennen wiederhole wiederholen offenbare teile liste "
        "montre montrez révèle révélez répète répétez donne donnez muestra muestre muéstrame revela revele repite repita dime dame "
        "mostra mostrami rivela ripeti dimmi mostre repita "
        "покажи покажите раскрой раскройте повтори повторите перечисли toon herhaal pokaż powtórz pokaži ponovi göster"
        " दिखाओ बताओ दिखाएं बताएं اعرض أظهر اكشف أخبرني"
    ),
    "K": "passwort passwörter geheimnis geheime geheimen schlüssel zugangsdaten secrète clé contraseña contraseñas clave secreto segreto chiave senha segredo пароль пароли секрет секретный ключ wachtwoord hasło lozinka şifre पासवर्ड المرور السر",
    "A": "spiele spiel verhalte verhalten vorgeben vorgibst stell simuliere agiere fungieren fungiere tust handle imagine imaginez joue jouez agis fais prétends simulez actúa actua finge imagina simula agisci fingi fai recita atue finja aja представь притворись веди действуй doe speel udawaj zachowuj pretvaraj",
    "U": "böse böser uneingeschränkt ungefiltert unzensiert illegale illegal illimité malveillant sans-limite malvado malvada sin-límites malvagia cattivo неограниченный злой",
    "N": "nicht kein keine keinen keiner nie niemals ohne weder pas jamais sans aucune aucun sin nunca ningún ninguna non mai senza nessun não nao sem nem не нет никогда без niet geen nie bez ne nemoj मत नहीं لا",
    "F": "einschränkungen grenzen beschränkungen moral ethik filter limites éthique morale restricciones límites ética restrizioni limiti etica restrições ограничений ограничения цензуры морали",
    "E": "sende senden schicke schicken weiterleiten leite überweise envoie envoyez transfère transférez envía envia envíe reenvía transfiere invia inoltra trasferisci envie encaminhe transfira отправь отправьте перешли переведи stuur verstuur wyślij pošalji",
    "D": "benutzer nutzer benutzern utilisateur usuario utente usuário пользователь пользователю gebruiker użytkownik",
    "H": "erwähne erwähnen informiere mentionne mentionnez menciones informes menzionare avisar сообщай упоминай",
    "J": "wichtig dringend achtung stopp wichtige urgent importante urgente attenzione atenção atención внимание важно срочно belangrijk ważne",
    "G": "musst müssen muss nur unbedingt dois devez doit uniquement seulement debes debe solo sólo solamente devi solo soltanto deve apenas somente должен должна только обязательно moet alleen musisz tylko moraš samo",
    "Q": "rolle rollen charakter figur modus rôle personnage rol personaje papel ruolo personaggio роль персонаж режиме",
    "L": "folge folgen befolge befolgen gehorche halte höre beachte suis suivez obéis obéissez sigue siga obedece segui seguite obbedisci siga obedeça следуй следуйте выполни выполните подчиняйся volg",
    "t": "der die das den dem des diese dieser diesen le la les l ces cette el los las esta estas il lo gli i o os as",
    "f": "von zu mit auf für aus de du des en pour dans del por para con nel per da em в на с из для о",
    "m": "ich mir mich mein meine je moi mon ma yo mi io eu meu я мне меня",
    "b": "bist sind ist es est sont eres es son sei è são você это",
    "a": "und oder aber et ou mais y pero e ma и или но",
    "w": "was wer wie welche warum quelle quel quoi que qué cual cuál quale che qual что какие какой как",
}

CHARACTERS: Final[dict[str, str]] = {
    "I": "忽略 无视 無視 忘记 忘記 忘掉 忘れ 무시 잊어 잊으 不要理会 绕过",
    "P": "之前 以前 先前 上面 上述 前面 以上 前の 이전 앞의 위의",
    "T": "所有 全部 一切 すべて 全て 모든",
    "R": "指令 指示 规则 規則 提示词 提示 命令 设定 設定 ルール プロンプト 지시 명령 규칙 프롬프트",
    "Y": "你 您 あなた 당신",
    "M": "人工智能 助手 机器人 模型 アシスタント モデル",
    "S": "系统 系統 管理员 开发者 システム 시스템 सिस्टम النظام",
    "W": "现在 新的 改为 今から 新しい 이제 지금",
    "O": "输出 回复 回答 打印 写出 返回 出力 答え 言って 출력 대답",
    "V": "告诉 显示 透露 泄露 重复 展示 教えて 表示 보여 알려",
    "K": "密码 密碼 密钥 秘密 机密 パスワード 비밀번호 비밀",
    "A": "扮演 假装 假裝 假设 想象 演じ ふり 역할",
    "F": "限制 道德 法律 过滤 审查 制限 倫理 제한",
    "N": "不要 不会 没有 不受 别 なし ない 하지 없이",
    "E": "发送 發送 转发 发到 上传 送信 転送 보내",
    "D": "用户 用戶 ユーザー 사용자",
}
