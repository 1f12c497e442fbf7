import { defineWords } from '@/words/define'

export const guideWords = defineWords({
  zh: {
    title: '指南',
    lead: '带着走一遍、查术语、看怎么做、知道这些数没说什么。',
    contents: '目录',
    tour: '带我走一遍',
    tour_does:
      '约五分钟，在真实页面上走一圈：看城市、点设施、假如它坏了、打击一次、看结果、作决定。随时可以离开，再接着走。',
    tour_begin: '开始导览',
    tour_resume: '接着走（第 {n} 步）',
    tour_again: '从头再走',
    tour_label: '导览：第 {n} 步，共 {of} 步',
    offer: '第一次来？五分钟带你走一遍。',
    offer_no: '不用了',
    next: '下一步',
    back: '上一步',
    leave: '离开',
    leave_said: '离开导览（可在“指南”里接着走）',
    finish: '走完了',
    to_page: '回到这一步的页面',
    stops: {
      home: {
        title: '总览：先看结论',
        text: '这里用几句话说：先坏什么、谁受影响、要多久、下一块钱买什么。左上角选城市，右上角换语言和外观。',
        do: '看一眼每张卡片；“详情”通向依据。',
      },
      city: {
        title: '城市：看家底',
        text: '地图上是城市的分区和各条生命线的设施。滚轮放大，拖动移动，右侧工具可框选、测量、存图。',
        do: '放大一点，直到看见一个个设施。',
      },
      thing: {
        title: '点一个设施',
        text: '点地图上任何一处，旁边会列出它是什么、值从哪来（实测、推断、合成）、它靠谁、谁靠它。也可以用搜索框。',
        do: '点一个变电站，看看谁靠它。',
      },
      fail: {
        title: '假如它坏了',
        text: '选一个或几个设施，立刻算出没人去修时谁会断供、一轮一轮怎么倒下去。这一步不用等任务。',
        do: '把刚才那个设施加进来，看多少人断供。',
      },
      strike: {
        title: '打击一次',
        text: '选一个情景（台风、暴雨、地震、断电……），系统把可能的损坏抽很多遍（样本），逐一推演到恢复。交给后台算，可以离开。',
        do: '选一个保存的情景，开始；或先跳到下一步看现成的结果。',
      },
      read: {
        title: '看结果',
        text: '地图可以按时间播放，曲线给出恢复快慢和范围带，“薄弱环节”说该先修谁。每个数旁边都写着情景、样本、种子和城市版本。',
        do: '播放一遍，再看薄弱环节的第一名。',
      },
      decide: {
        title: '作决定',
        text: '预算答案说先做哪几项、能少损失多少、换一批样本还灵不灵；“单独失效”和“一年损失”是另两把尺子。',
        do: '打开预算的答案，拖一拖预算滑块。',
      },
      end: {
        title: '走完了',
        text: '术语、做法和“这些数没说什么”都在这页。导入自己的城市，从“城市 → 导入”开始。',
        do: '先试试导入自己的一份表格。',
      },
    },
    glossary: '术语',
    glossary_find: '查术语',
    glossary_none: '没有这个术语。',
    limits: '这些数没说什么',
    limits_list: {
      reach:
        '连通级（reach）：连着且在运行就算供得上，不算容量，偏乐观；平衡级（balance）加上容量和按优先级切除；要看潮流和水压，用行业软件复核。',
      assumed:
        '易损性、恢复曲线来自公开文献和内容包，多数不是本地实测；推断和合成的值在城市页里标了出来。',
      samples: '均值带 95% 区间：样本越多越窄。区间重叠的两项，不能说哪项更好。',
      people: '人数按常住人口；各生命线相加，一人失去两样计两次。',
      cost: '造价和年发生率照填的用，其不确定性不在区间里；标“假定”的造价不能拿来定案。',
      rare: '没有列入的情景和措施，答案里就没有。最坏的一次可能比这里最坏的样本更坏。',
      decide: '这是帮人想清楚的工具，不替人作决定；合成城市的数不代表任何真实地方。',
    },
    howto: '怎么做',
    todo: {
      import: {
        title: '导入我的城市',
        text: '上传表格、Shapefile、GeoPackage、EPANET、pandapower 等文件，先预览再导入。',
      },
      look: { title: '看一处设施靠谁、谁靠它', text: '在城市地图上点它，或搜名字。' },
      whatif: { title: '假如这几处坏了', text: '城市页“假如坏了”：点选或框选，立刻出结果。' },
      strike: { title: '打击一次城市', text: '选情景、样本数，交给后台；算好后总览自动更新。' },
      compare: { title: '比两次推演', text: '改了城市或情景后，看差了多少、有没有把握。' },
      alone: { title: '找出最要命的设施', text: '逐个单独失效，按断供人数排名。' },
      buy: { title: '预算花在哪里', text: '列措施、填造价和预算，算先做哪几项。' },
      year: { title: '一年损失多少', text: '给每个情景一个年发生率，得到年均损失和重现期。' },
      report: { title: '做一页能打印的报告', text: '在“决策”里点“做成一页决策报告”。' },
      jobs: { title: '看任务、重试、取消', text: '后台任务的进度、日志和错在哪。' },
    },
    keys: '键盘',
    keys_list: {
      tab: {
        key: 'Tab / Shift+Tab',
        does: '在链接、按钮、输入框之间走；第一次 Tab 出现“跳到正文”',
      },
      enter: { key: 'Enter / 空格', does: '按下；在地图上按 Enter 选中画面正中的东西' },
      arrows: { key: '方向键、+、−', does: '地图获得焦点时移动、缩放；滑块上调数值' },
      esc: { key: 'Esc', does: '放下地图工具、关闭说明、离开导览' },
    },
    where: '文件和接口在哪',
    where_list: {
      files:
        '每个答案和推演页底部有数据文件（Parquet、JSON、NetCDF），可直接用 Python、QGIS、Excel 打开。',
      folder:
        '城市是一个文件夹：GeoParquet 加 TOML，在服务器数据目录的 cities/ 下；推演在 runs/ 下。',
      api: '页面做的事，接口都能做：',
      reports: '做好的报告页：',
    },
  },
  en: {
    title: 'Guide',
    lead: 'A tour, the terms, how to do things, and what the figures do not say.',
    contents: 'On this page',
    tour: 'Show me round',
    tour_does:
      'Five minutes over real pages: see the city, click a thing, fail it, strike, read, decide. Leave at any time and go on later.',
    tour_begin: 'Begin the tour',
    tour_resume: 'Go on (step {n})',
    tour_again: 'From the start',
    tour_label: 'Tour: step {n} of {of}',
    offer: 'First time here? A tour takes five minutes.',
    offer_no: 'No, thanks',
    next: 'Next',
    back: 'Back',
    leave: 'Leave',
    leave_said: 'Leave the tour (it goes on from the Guide)',
    finish: 'Done',
    to_page: "Back to this step's page",
    stops: {
      home: {
        title: 'Overview: the outcome first',
        text: 'A few sentences: what breaks first, who is hit, how long, what the next yuan should buy. Choose the city at the top left, language and look at the top right.',
        do: 'Glance over the cards; "Detail" leads to the grounds.',
      },
      city: {
        title: 'City: what there is',
        text: 'Zones and the assets of every lifeline. Scroll to zoom, drag to move; the tools on the right select, measure and save a picture.',
        do: 'Zoom in until you see single assets.',
      },
      thing: {
        title: 'Click a thing',
        text: 'Click anything on the map to see what it is, where its values come from (measured, inferred, synthetic), what it needs and what needs it. Or search.',
        do: 'Click a substation and see who hangs on it.',
      },
      fail: {
        title: 'What if it fails',
        text: 'Choose one or several assets: at once you see who loses service if nobody mends them, and how it spreads round by round. No job to wait for.',
        do: 'Add the asset from before and see how many people lose service.',
      },
      strike: {
        title: 'Strike the city',
        text: 'Choose a scenario (typhoon, storm, earthquake, blackout …). Damage is drawn many times (samples), each followed until it recovers, in the background; you may leave.',
        do: 'Choose a kept scenario and start; or go on to a finished run.',
      },
      read: {
        title: 'Read the outcome',
        text: 'Play the map over time; curves tell how fast service returns and how far samples differ; weak links tell what to mend first. Each figure names its scenario, samples, seed and version.',
        do: 'Play it once, then look at the first weak link.',
      },
      decide: {
        title: 'Decide',
        text: 'A budget answer tells what to build first, what that saves, and whether it holds on fresh samples. "Failing alone" and "a year\'s loss" are two other yardsticks.',
        do: 'Open the budget answer and slide the budget.',
      },
      end: {
        title: 'That was all',
        text: 'Terms, how-tos and what the figures do not say are on this page. Your own city begins at City → Import.',
        do: 'Try an import of your own.',
      },
    },
    glossary: 'Terms',
    glossary_find: 'Find a term',
    glossary_none: 'There is no such term.',
    limits: 'What the figures do not say',
    limits_list: {
      reach:
        "Level reach: connected and working counts as supplied; no capacity, so it is optimistic. Level balance adds capacity and shedding by priority. For flows and pressures check with the field's own software.",
      assumed:
        "Fragility and restoration come from published sources and packs, seldom measured locally; inferred and synthetic values are marked on the city's pages.",
      samples:
        'Means carry 95 % bounds; more samples make them narrower. Where bounds overlap, neither can be called better.',
      people: 'People are residents; lifelines are summed, so who loses two counts twice.',
      cost: 'Costs and yearly rates are taken as given, their uncertainty is not in the bounds; assumed costs settle nothing.',
      rare: 'Scenarios and measures that were not listed are not in the answer. The worst that can happen may be worse than the worst sample.',
      decide:
        'It helps people think and decides nothing for them; figures of synthetic cities stand for no real place.',
    },
    howto: 'How to',
    todo: {
      import: {
        title: 'Import my city',
        text: 'Upload tables, Shapefiles, GeoPackages, EPANET, pandapower and more; look before you import.',
      },
      look: {
        title: 'See what an asset needs and who needs it',
        text: "Click it on the city's map, or search its name.",
      },
      whatif: {
        title: 'What if these fail',
        text: 'City page, "what if": pick or box assets; the answer comes at once.',
      },
      strike: {
        title: 'Strike the city',
        text: 'Choose a scenario and samples; it runs in the background and the overview refreshes.',
      },
      compare: {
        title: 'Compare two runs',
        text: 'After a change of city or scenario: how much differs, and how surely.',
      },
      alone: {
        title: 'Find the asset that hurts most',
        text: 'Each fails alone; ranked by people who lose service.',
      },
      buy: {
        title: 'Where a budget should go',
        text: 'List measures, costs and a budget; see what to build first.',
      },
      year: {
        title: 'What a year costs',
        text: 'Give each scenario a yearly rate: mean loss and return periods.',
      },
      report: {
        title: 'Make a page to print',
        text: 'Under Decide, "Make one page to decide by".',
      },
      jobs: { title: 'See, retry or cancel jobs', text: 'Progress, logs, and what went wrong.' },
    },
    keys: 'Keys',
    keys_list: {
      tab: {
        key: 'Tab / Shift+Tab',
        does: 'walk over links, buttons and fields; the first Tab offers to skip to the content',
      },
      enter: { key: 'Enter / Space', does: 'press; on the map Enter picks what is in the middle' },
      arrows: {
        key: 'Arrows, +, −',
        does: 'move and zoom the map that has the focus; change a slider',
      },
      esc: { key: 'Esc', does: 'put a map tool down, close help, leave the tour' },
    },
    where: 'Where files and the API are',
    where_list: {
      files:
        'Runs and answers carry their data files (Parquet, JSON, NetCDF) for Python, QGIS or Excel.',
      folder:
        "A city is a folder of GeoParquet and TOML below cities/ of the server's data folder; runs are below runs/.",
      api: 'All that the pages do, the API does:',
      reports: 'Finished report pages:',
    },
  },
})
