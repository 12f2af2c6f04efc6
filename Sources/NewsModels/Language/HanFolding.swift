/// Traditional Chinese characters as their simplified forms: the common ones of business news.
///
/// What is not in the table stays as it is. Word lists are written in simplified characters and find both.
public enum HanFolding {
    /// The simplified form of a character, itself for all others.
    public static func simplified(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar.value < 0x3400 ? scalar : simplifiedForms[scalar] ?? scalar
    }

    /// A text with each character simplified. O(characters).
    public static func simplified(_ text: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { folded.append(simplified(scalar)) }
        return String(folded)
    }

    /// Whether only traditional Chinese writes it so.
    static func isTraditional(_ scalar: Unicode.Scalar) -> Bool { simplifiedForms[scalar] != nil }

    /// Whether only simplified Chinese writes it so.
    static func isSimplified(_ scalar: Unicode.Scalar) -> Bool { simplifiedOnly.contains(scalar) }

    private static let simplifiedForms: [Unicode.Scalar: Unicode.Scalar] = {
        var forms: [Unicode.Scalar: Unicode.Scalar] = [:]
        let scalars = Array(pairs.unicodeScalars.filter { $0.value >= 0x3400 })
        for index in stride(from: 0, to: scalars.count - 1, by: 2) { forms[scalars[index]] = scalars[index + 1] }
        return forms
    }()

    /// Simplified forms, less those that traditional texts also use as characters of their own.
    private static let simplifiedOnly: Set<Unicode.Scalar> = Set(simplifiedForms.values)
        .subtracting("后里面台只干系松准制周谷斗卷回向志才札杯表采云余占致".unicodeScalars)

    /// Each traditional character before its simplified one.
    private static let pairs = """
        萬万億亿與与業业東东絲丝兩两嚴严個个豐丰臨临為为麗丽舉举義义烏乌樂乐喬乔習习鄉乡書书買买亂乱爭争於于虧亏雲云亞亚產产畝亩親亲褻亵
        從从倉仓儀仪們们價价眾众優优夥伙會会傘伞偉伟傳传傷伤倫伦偽伪體体餘余傭佣債债傾倾償偿儲储兒儿兌兑黨党蘭兰關关興兴養养獸兽內内岡冈
        冊册寫写軍军農农馮冯沖冲決决況况凍冻淨净準准涼凉減减湊凑幾几鳳凤憑凭凱凯擊击鑿凿劃划劉刘則则剛刚創创刪删別别劑剂劍剑劇剧勸劝辦办務务
        動动勵励勁劲勞劳勢势勳勋匯汇區区醫医華华協协單单賣卖盧卢衛卫卻却廠厂廳厅歷历曆历厲厉壓压廈厦縣县參参雙双發发髮发變变敘叙疊叠葉叶號号
        嘆叹嚇吓嗎吗呂吕啟启員员嗚呜詠咏嚨咙嘩哗響响喚唤問问囑嘱園园圍围國国圖图圓圆聖圣場场壞坏塊块堅坚壇坛壩坝墳坟墜坠壟垄壘垒墊垫報报塵尘
        殼壳壺壶處处備备複复復复夠够頭头誇夸夾夹奪夺奮奋獎奖奧奥婦妇媽妈嬌娇孫孙學学寧宁寶宝實实審审憲宪寬宽賓宾對对尋寻導导壽寿將将爾尔嘗尝
        層层屬属歲岁島岛嶺岭嶽岳峽峡幣币帥帅師师帳帐帶带幫帮幹干廣广莊庄慶庆庫库應应廟庙廢废開开異异棄弃張张彌弥彈弹強强歸归當当錄录徹彻徑径
        憶忆憂忧懷怀態态慘惨慣惯憤愤願愿懲惩懶懒戲戏戰战戶户撲扑執执擴扩掃扫揚扬擾扰撫抚拋抛搶抢護护擔担擬拟擁拥攔拦擇择掛挂揮挥擠挤損损撿捡
        換换據据擲掷攜携攝摄擺摆搖摇攤摊撐撑敵敌數数齋斋鬥斗斬斩斷断無无舊旧時时曠旷顯显曉晓暈晕暫暂術术機机殺杀雜杂權权條条來来楊杨極极構构
        槍枪樣样標标樞枢棧栈欄栏樹树棟栋檔档橋桥檢检樓楼歡欢歐欧殘残毀毁畢毕氣气氫氢漢汉湯汤溝沟沒没瀏浏潔洁濟济測测渾浑濃浓濤涛澤泽漲涨滯滞
        漸渐漁渔溫温灣湾濕湿滿满濾滤濫滥滅灭燈灯靈灵災灾爐炉點点煉炼煙烟煩烦燒烧熱热愛爱爺爷牆墙牽牵犧牺狀状獨独獲获獵猎獻献環环現现瑪玛電电
        畫画暢畅療疗瘋疯癥症癢痒盤盘監监蓋盖盜盗碼码礎础確确礙碍禮礼禍祸稱称積积穩稳種种窮穷競竞筆笔築筑籌筹簽签簡简類类糧粮緊紧糾纠紅红紀纪約约
        級级純纯綱纲納纳縱纵紛纷紙纸紋纹線线練练組组細细終终經经結结給给絕绝統统維维綜综綠绿續续緒绪網网繼继績绩縮缩繳缴編编緩缓總总織织繞绕
        聯联職职聽听聰聪肅肃腦脑腳脚膽胆臉脸艦舰藝艺節节蘇苏蘋苹範范藥药藍蓝薦荐虛虚蟲虫蝕蚀補补襲袭裝装製制見见觀观規规視视覺觉覽览計计訂订討讨訓训
        記记許许論论設设訪访證证評评識识訴诉診诊詞词試试詩诗誠诚話话詢询該该詳详語语誤误說说請请諸诸課课調调談谈謀谋謝谢譯译議议護护讀读讓让貝贝負负
        財财責责敗败貨货質质販贩貪贪貧贫購购貯贮貿贸費费賀贺資资賊贼賠赔賴赖賺赚賽赛贈赠贏赢趕赶趙赵趨趋躍跃車车軌轨轉转輪轮軟软輕轻載载較较輔辅
        輛辆輝辉輸输達达遷迁過过邁迈運运還还這这進进遠远違违連连遲迟適适選选遜逊遞递邊边郵邮鄧邓鄭郑醜丑釋释鑒鉴針针釣钓鈔钞鋼钢錢钱鈦钛鉅巨鋰锂鎳镍
        銀银銅铜鋁铝銷销鎖锁鋪铺錯错錦锦鍵键鍋锅鎮镇鏈链長长門门閃闪閉闭間间閒闲閱阅闆板陽阳陰阴階阶際际陸陆陳陈險险隨随隱隐難难雞鸡離离霧雾靜静頁页
        頂顶項项順顺須须顧顾頓顿預预領领頻频題题額额顏颜風风飄飘飆飙飛飞飯饭飲饮餓饿館馆饋馈馬马駐驻駕驾駛驶驅驱驗验騰腾驚惊驟骤騙骗魚鱼鮮鲜鳥鸟
        鴻鸿麥麦黃黄齊齐齒齿龍龙龐庞龜龟曬晒儘尽盡尽臺台檯台颱台裡里裏里後后鬆松鐘钟鍾钟係系繫系週周榖谷穀谷衝冲迴回嚮向誌志纔才劄札盃杯錶表採采佔占緻致
        訊讯譽誉賬账贊赞跡迹輯辑遺遗鄰邻鐵铁閥阀闊阔隊队韓韩韋韦頗颇頒颁頹颓餅饼駁驳騎骑鬧闹鹽盐麵面黴霉齡龄滙汇恆恒啓启羣群峯峰線线髒脏鑽钻礦矿
        憊惫擋挡擱搁榮荣構构槓杠殲歼氾泛潰溃潤润潛潜澀涩爍烁營营犢犊猶犹瑣琐畝亩疇畴瘡疮盪荡睜睁矯矫磚砖祕秘禪禅穫获竄窜竊窃籃篮籠笼糰团團团緣缘縫缝
        罰罚罷罢翹翘聲声脅胁脹胀膚肤蕩荡蕭萧薩萨虜虏螞蚂衆众襯衬觸触訝讶詐诈誰谁諒谅諧谐謎谜謠谣謹谨譜谱譴谴豬猪貶贬賞赏賦赋賤贱賢贤贓赃軸轴輩辈轄辖
        轟轰辭辞農农遙遥醞酝釀酿鈉钠鈾铀鉀钾銳锐錐锥鍍镀鏡镜閣阁闖闯闢辟陣阵陝陕雖虽頸颈顛颠顫颤饑饥馳驰騷骚驕骄鬱郁鯨鲸鴨鸭鵬鹏鷹鹰
        """
}
