/// Sentences written for this table, from whose character sequences ``LanguageIdentifier`` knows the languages
/// that share the Latin alphabet. Not taken from anywhere; adding to them is how a language is learned better.
enum LanguageSamples {
    struct Sample: Sendable {
        /// BCP 47.
        let language: String
        let text: String
    }

    static let latin = [
        Sample(
            language: "en",
            text: """
                The company said on Monday that profits rose in the third quarter as demand for its chips grew. Investors
                are worried about what the new tariffs will mean for growth and jobs. How to build a house with your own
                hands. Why the stock market fell and what happens next. The government wants to cut taxes this year.
                Here is everything you need to know about the launch. Scientists found a new way to make batteries last
                longer. She told reporters that the deal would be signed before the end of the week. Shares of the
                maker of electric cars dropped after it warned of weaker sales. The best phones you can buy right now.
                Is this the end of cheap money? Police arrested three men after a fire at a hotel. He says the report
                shows that prices should not rise much further. Judge rules against the bank in long running case.
                Breaking: strong earnings lift hopes for the sector. What we learned from a weekend with the new model.
                Making sense of the numbers: winners, losers and those who are still waiting. Nothing has been decided
                yet, officials said, although talks with both sides have been going well. It takes more than one good
                week to change your mind. Gaming deals, reviews, updates and weekend reads from around the web.
                Leak exposes sensitive records. Developers launch open source language tool. Surprise threat still
                dismissed by analyst. Health, climate, football, music, school and weather news. Strong dollar, weak
                trade. Rising costs push young people out of big cities. A history of oil in twelve objects. Watch live.
                Analyst raises price target amid growth, structural shifts. Slump weighs on sales despite momentum.
                Ban on exports stifles adoption of technology. Custom design is near completion. Days of reckoning.
                Stock falls, index up, shares down. Bank drops, chip maker plunges, airline dives, oil jumps, gold slips,
                bonds slide. Retailer beats, carmaker misses, lender loses billions. Yields rise by basis points, capex up
                again, outlook cut, orders, results and spending in focus. Gains erased, losses widen, futures sink,
                market cap wiped. Carrier soars, insurer tumbles, miner surges, builder sinks, utility climbs, retail hit.
                """),
        Sample(
            language: "es",
            text: """
                La empresa anunció el lunes que sus beneficios crecieron en el tercer trimestre gracias a la demanda de
                chips. Los inversores están preocupados por lo que significan los nuevos aranceles para el empleo. Cómo
                construir una casa con tus propias manos. Por qué cae la bolsa y qué pasará ahora. El Gobierno quiere
                bajar los impuestos este año. Todo lo que hay que saber sobre el lanzamiento. Los científicos han
                encontrado una nueva forma de fabricar baterías que duran más. La presidenta dijo a los periodistas que
                el acuerdo se firmaría antes del final de la semana. Las acciones del fabricante de coches eléctricos se
                desploman tras advertir de unas ventas más débiles. Los mejores móviles que puedes comprar hoy. La
                policía detiene a tres hombres después de un incendio en un hotel. El juez falla contra el banco. Una
                semana con el nuevo ordenador: ventajas, problemas y precio. Así es la ciudad donde nadie paga alquiler.
                España y China hablan de inversión. El fundador de la compañía se reúne con el rey en plena crisis.
                Pierde millones en valor de mercado. La inteligencia artificial llega al código abierto para poder
                competir. Ha eliminado toda referencia a su antiguo enemigo. Instalar esta aplicación es un problema de
                seguridad según los expertos. Nadie sabe quién está detrás ni cuánto ha costado. Adiós al verano.
                Crece un cinco por ciento y promete seguir. También los jóvenes buscan trabajo; muchos aún no lo tienen.
                """),
        Sample(
            language: "de",
            text: """
                Das Unternehmen teilte am Montag mit, dass der Gewinn im dritten Quartal wegen der hohen Nachfrage nach
                Chips gestiegen ist. Anleger sorgen sich um die Folgen der neuen Zölle für Wachstum und Arbeitsplätze.
                Wie man ein Haus mit eigenen Händen baut. Warum die Börse fällt und was jetzt kommt. Die Bundesregierung
                will in diesem Jahr die Steuern senken. Alles, was Sie über den Start wissen müssen. Forscher haben
                einen neuen Weg gefunden, Batterien länger haltbar zu machen. Sie sagte, der Vertrag werde noch vor Ende
                der Woche unterschrieben. Die Aktie des Autobauers stürzt nach einer Warnung vor schwächeren Verkäufen
                ab. Die besten Handys, die man jetzt kaufen kann. Die Polizei nimmt nach einem Brand in einem Hotel drei
                Männer fest. Gericht entscheidet gegen die Bank. Ist das das Ende des billigen Geldes? Zwischen Hoffnung
                und Sorge: So reagiert Europa. Künstliche Intelligenz verändert die Wirtschaft schneller als gedacht.
                Neue Regeln für Mieter, weniger Rechte für Vermieter. Was bedeutet das für uns? Streit über Heizungen.
                Kompakt: das Update am Morgen. Kommentar: Der Kanzler hat keine Zeit mehr. Verlust größer als erwartet.
                Techkonzerne setzen auf Wachstum. Wetter, Fußball, Kultur und Wissenschaft. Gefährliche Lücke entdeckt.
                """),
        Sample(
            language: "fr",
            text: """
                L'entreprise a annoncé lundi que ses bénéfices avaient augmenté au troisième trimestre grâce à la demande
                de puces. Les investisseurs s'inquiètent de ce que les nouveaux droits de douane signifient pour
                l'emploi. Comment construire une maison de ses propres mains. Pourquoi la Bourse chute et ce qui va se
                passer. Le gouvernement veut baisser les impôts cette année. Tout ce qu'il faut savoir sur le lancement.
                Des chercheurs ont trouvé une nouvelle façon de fabriquer des batteries qui durent plus longtemps. Elle
                a déclaré aux journalistes que l'accord serait signé avant la fin de la semaine. L'action du constructeur
                de voitures électriques plonge après un avertissement sur les ventes. Les meilleurs téléphones que vous
                pouvez acheter. La police arrête trois hommes après un incendie dans un hôtel. Le juge donne tort à la
                banque. Le patron du groupe rencontre le président : de quoi ont-ils parlé ? Est-ce la fin de l'argent
                pas cher ? Une semaine avec le nouveau modèle : nos conseils. Les prix de l'énergie pèsent sur les
                ménages, selon une étude. L'intelligence artificielle bouleverse le marché du travail en Europe. Météo,
                football, santé, culture. Cet outil gratuit est déjà utilisé par des millions de Français.
                """),
        Sample(
            language: "it",
            text: """
                L'azienda ha annunciato lunedì che gli utili sono cresciuti nel terzo trimestre grazie alla domanda di
                chip. Gli investitori sono preoccupati per quello che i nuovi dazi significano per l'occupazione. Come
                costruire una casa con le proprie mani. Perché la Borsa crolla e che cosa succede adesso. Il governo
                vuole tagliare le tasse quest'anno. Tutto quello che c'è da sapere sul lancio. Gli scienziati hanno
                trovato un nuovo modo di fare batterie che durano di più. Ha detto ai giornalisti che l'accordo sarà
                firmato entro la fine della settimana. Le azioni del produttore di auto elettriche precipitano dopo
                l'allarme sulle vendite. I migliori telefoni da comprare oggi. La polizia arresta tre uomini dopo un
                incendio in albergo. Il giudice dà torto alla banca. È la fine del denaro facile? Arriva la sfida
                europea, ecco i modelli e i prezzi. L'intelligenza artificiale cambia il lavoro: impatti e incertezze
                per il futuro delle imprese. Risponde ai rivali e non fa causa. Il fondatore torna da eroe nella sua
                città. Chi usa questa applicazione dovrebbe stare attento. E poi arrivò la pioggia. Della scuola, degli
                ospedali e delle strade nessuno parla più. Calcio, meteo, salute e cultura.
                """),
        Sample(
            language: "pt",
            text: """
                A empresa anunciou na segunda-feira que os lucros cresceram no terceiro trimestre graças à procura de
                chips. Os investidores estão preocupados com o que as novas tarifas significam para o emprego. Como
                construir uma casa com as próprias mãos. Por que a bolsa cai e o que acontece agora. O governo quer
                baixar os impostos este ano. Tudo o que você precisa saber sobre o lançamento. Cientistas encontraram
                uma nova forma de fazer baterias que duram mais. Ela disse aos jornalistas que o acordo será assinado
                antes do fim da semana. As ações da fabricante de carros elétricos despencam após alerta de vendas mais
                fracas. Os melhores celulares para comprar hoje. A polícia prende três homens depois de um incêndio em um
                hotel. O juiz decide contra o banco. É o fim do dinheiro barato? Uma semana com o novo computador. Dica:
                como executar o programa localmente. Fundador é recebido como herói no Brasil. A inteligência artificial
                não vai acabar com o trabalho, dizem especialistas. Afinal é possível ter isto mais barato? Bastaram
                poucos euros para o conseguir. CEO da fabricante elogia os novos modelos. Então são eles que pagam.
                """),
        Sample(
            language: "nl",
            text: """
                Het bedrijf maakte maandag bekend dat de winst in het derde kwartaal is gestegen door de vraag naar chips.
                Beleggers maken zich zorgen over wat de nieuwe heffingen betekenen voor de groei en de banen. Hoe bouw
                je een huis met je eigen handen. Waarom de beurs daalt en wat er nu gebeurt. Het kabinet wil dit jaar de
                belastingen verlagen. Alles wat je moet weten over de lancering. Onderzoekers hebben een nieuwe manier
                gevonden om batterijen langer mee te laten gaan. Zij zei tegen journalisten dat de overeenkomst voor het
                einde van de week wordt getekend. Het aandeel van de maker van elektrische auto's keldert na een
                waarschuwing. De beste telefoons die je nu kunt kopen. De politie houdt drie mannen aan na een brand in
                een hotel. De rechter stelt de bank in het ongelijk. Is dit het einde van goedkoop geld? Zo werkt het
                nieuwe systeem, en dit zijn de gevolgen voor huurders. Kabinet vreest voor tekort aan personeel.
                """),
        Sample(
            language: "pl",
            text: """
                Firma poinformowała w poniedziałek, że zysk wzrósł w trzecim kwartale dzięki popytowi na układy scalone.
                Inwestorzy martwią się, co nowe cła oznaczają dla wzrostu i miejsc pracy. Jak zbudować dom własnymi
                rękami. Dlaczego giełda spada i co będzie dalej. Rząd chce w tym roku obniżyć podatki. Wszystko, co
                trzeba wiedzieć o premierze. Naukowcy znaleźli nowy sposób na to, aby baterie działały dłużej. Minister
                powiedziała dziennikarzom, że umowa zostanie podpisana przed końcem tygodnia. Akcje producenta
                samochodów elektrycznych gwałtownie tanieją po ostrzeżeniu o słabszej sprzedaży. Najlepsze telefony,
                które można teraz kupić. Policja zatrzymała trzech mężczyzn po pożarze w hotelu. Sąd orzekł przeciwko
                bankowi. Czy to koniec tanich pieniędzy? Tydzień z nowym komputerem. Pogoda na dziś: obfite opady i
                silny wiatr. Polska reprezentacja wygrywa mecz. Nie żyje znany aktor. Zobacz, ile kosztuje mieszkanie w
                mieście. Polecane zestawy do gier. Kiedy wejdzie w życie ustawa? Tego nie było od lat. Wypadek na drodze.
                """),
        Sample(
            language: "cs",
            text: """
                Firma v pondělí oznámila, že její zisk ve třetím čtvrtletí vzrostl díky poptávce po čipech. Investoři se
                obávají, co nová cla znamenají pro růst a pracovní místa. Jak postavit dům vlastníma rukama. Proč burza
                padá a co bude dál. Vláda chce letos snížit daně. Vše, co potřebujete vědět o uvedení na trh. Vědci našli
                nový způsob, jak vyrobit baterie, které vydrží déle. Řekla novinářům, že dohoda bude podepsána do konce
                týdne. Akcie výrobce elektromobilů se propadly po varování před slabšími prodeji. Nejlepší telefony,
                které si teď můžete koupit. Policie zadržela tři muže po požáru v hotelu. Soud rozhodl proti bance. Je to
                konec levných peněz? Kolik stojí byt v Praze a kdo na něj ještě má. Umělá inteligence mění práci rychleji.
                """),
        Sample(
            language: "hu",
            text: """
                A vállalat hétfőn közölte, hogy a harmadik negyedévben nőtt a nyeresége a chipek iránti kereslet miatt. A
                befektetők attól tartanak, hogy mit jelentenek az új vámok a növekedésre és a munkahelyekre. Hogyan
                építsünk házat saját kezünkkel. Miért esik a tőzsde, és mi lesz most. A kormány idén csökkenteni akarja
                az adókat. Minden, amit tudni kell a bemutatóról. A kutatók új módszert találtak arra, hogy az
                akkumulátorok tovább tartsanak. Azt mondta az újságíróknak, hogy a megállapodást a hét vége előtt
                aláírják. A legjobb telefonok, amelyeket most meg lehet venni. A rendőrség három férfit fogott el egy
                szállodai tűz után. A bíróság a bank ellen döntött. Ez az olcsó pénz vége? Mesterséges intelligencia.
                """),
        Sample(
            language: "ro",
            text: """
                Compania a anunțat luni că profitul a crescut în trimestrul al treilea datorită cererii de cipuri.
                Investitorii sunt îngrijorați de ce înseamnă noile taxe pentru creștere și locuri de muncă. Cum să
                construiești o casă cu mâinile tale. De ce scade bursa și ce urmează. Guvernul vrea să reducă impozitele
                anul acesta. Tot ce trebuie să știi despre lansare. Cercetătorii au găsit o nouă metodă de a face
                baterii care țin mai mult. Ea le-a spus jurnaliștilor că acordul va fi semnat înainte de sfârșitul
                săptămânii. Cele mai bune telefoane pe care le poți cumpăra acum. Poliția a arestat trei bărbați după
                un incendiu la un hotel. Judecătorul a decis împotriva băncii. Este sfârșitul banilor ieftini?
                """),
        Sample(
            language: "sv",
            text: """
                Bolaget meddelade på måndagen att vinsten ökade under tredje kvartalet tack vare efterfrågan på kretsar.
                Investerare oroar sig för vad de nya tullarna betyder för tillväxt och jobb. Så bygger du ett hus med
                egna händer. Därför faller börsen och det här händer nu. Regeringen vill sänka skatterna i år. Allt du
                behöver veta om lanseringen. Forskare har hittat ett nytt sätt att få batterier att hålla längre. Hon
                sade till journalister att avtalet ska skrivas under före veckans slut. Aktien rasar efter varning för
                svagare försäljning. De bästa telefonerna du kan köpa just nu. Polisen grep tre män efter en brand på ett
                hotell. Domstolen dömde mot banken. Är detta slutet för billiga pengar? Inte bara för de rika.
                """),
        Sample(
            language: "tr",
            text: """
                Şirket pazartesi günü yaptığı açıklamada çip talebi sayesinde üçüncü çeyrekte kârının arttığını bildirdi.
                Yatırımcılar yeni gümrük vergilerinin büyüme ve istihdam için ne anlama geldiğinden endişeli. Kendi
                ellerinizle nasıl ev yapılır. Borsa neden düşüyor ve şimdi ne olacak. Hükümet bu yıl vergileri düşürmek
                istiyor. Lansman hakkında bilmeniz gereken her şey. Bilim insanları pillerin daha uzun dayanması için
                yeni bir yol buldu. Anlaşmanın hafta sonundan önce imzalanacağını söyledi. Elektrikli otomobil üreticisi
                uyarıdan sonra değer kaybetti. Şimdi alabileceğiniz en iyi telefonlar. Polis otel yangınından sonra üç
                kişiyi gözaltına aldı. Mahkeme bankanın aleyhine karar verdi. Ucuz paranın sonu mu? Yapay zekâ ve gelecek.
                """),
        Sample(
            language: "vi",
            text: """
                Công ty cho biết hôm thứ Hai rằng lợi nhuận quý ba tăng nhờ nhu cầu chip. Các nhà đầu tư lo ngại về ý nghĩa
                của thuế quan mới đối với tăng trưởng và việc làm. Làm thế nào để xây một ngôi nhà bằng chính tay mình.
                Vì sao thị trường chứng khoán giảm và điều gì sẽ xảy ra tiếp theo. Chính phủ muốn giảm thuế trong năm
                nay. Mọi điều bạn cần biết về sự kiện ra mắt. Các nhà khoa học đã tìm ra cách mới để pin dùng được lâu
                hơn. Bà nói với phóng viên rằng thỏa thuận sẽ được ký trước cuối tuần. Những điện thoại tốt nhất có thể
                mua bây giờ. Cảnh sát bắt ba người đàn ông sau vụ cháy khách sạn. Trí tuệ nhân tạo khiến nhiều người lo.
                """),
        Sample(
            language: "id",
            text: """
                Perusahaan itu mengatakan pada hari Senin bahwa labanya naik pada kuartal ketiga berkat permintaan cip.
                Para investor khawatir tentang arti tarif baru bagi pertumbuhan dan lapangan kerja. Cara membangun rumah
                dengan tangan sendiri. Mengapa bursa saham turun dan apa yang terjadi selanjutnya. Pemerintah ingin
                menurunkan pajak tahun ini. Semua yang perlu diketahui tentang peluncuran ini. Para ilmuwan menemukan
                cara baru untuk membuat baterai tahan lebih lama. Dia mengatakan kepada wartawan bahwa perjanjian akan
                ditandatangani sebelum akhir pekan. Ponsel terbaik yang dapat dibeli sekarang. Polisi menangkap tiga
                orang setelah kebakaran di sebuah hotel. Kecerdasan buatan mengubah cara kita bekerja dan belajar.
                """),
    ]

    static let cyrillic = [
        Sample(
            language: "ru",
            text: """
                Компания сообщила в понедельник, что её прибыль выросла в третьем квартале благодаря спросу на чипы.
                Инвесторы обеспокоены тем, что новые пошлины означают для роста и занятости. Как построить дом своими
                руками. Почему падает биржа и что будет дальше. Правительство хочет снизить налоги в этом году. Всё, что
                нужно знать о запуске. Учёные нашли новый способ сделать батареи долговечнее. Она сказала журналистам,
                что соглашение подпишут до конца недели. Акции производителя электромобилей упали после предупреждения.
                Лучшие телефоны, которые можно купить. Полиция задержала троих после пожара в гостинице. Суд вынес
                решение против банка. Быстрое развёртывание и сравнение кода. Это конец дешёвых денег? Перевод статьи.
                Власти запретили чиновникам использовать приложение. Искусственный интеллект и его стоимость обучения.
                """),
        Sample(
            language: "uk",
            text: """
                Компанія повідомила в понеділок, що її прибуток зріс у третьому кварталі завдяки попиту на чипи. Інвестори
                стурбовані тим, що нові мита означають для зростання та зайнятості. Як побудувати дім власними руками.
                Чому падає біржа і що буде далі. Уряд хоче знизити податки цього року. Усе, що потрібно знати про
                запуск. Вчені знайшли новий спосіб зробити батареї довговічнішими. Вона сказала журналістам, що угоду
                підпишуть до кінця тижня. Найкращі телефони, які можна купити. Поліція затримала трьох після пожежі.
                """),
        Sample(
            language: "bg",
            text: """
                Компанията съобщи в понеделник, че печалбата ѝ е нараснала през третото тримесечие заради търсенето на
                чипове. Инвеститорите са притеснени какво означават новите мита за растежа и работните места. Как да
                построим къща със собствените си ръце. Защо пада борсата и какво следва. Правителството иска да намали
                данъците тази година. Всичко, което трябва да знаете. Учените откриха нов начин батериите да издържат
                по-дълго. Тя каза пред журналисти, че споразумението ще бъде подписано до края на седмицата.
                """),
    ]
}
