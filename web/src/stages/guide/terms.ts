/** Terms of the field as this software uses them, for help beside each of them. */
interface Said {
  name: string
  meaning: string
}

function term(zh: Said, en: Said): { zh: Said; en: Said } {
  return { zh, en }
}

export const TERMS = {
  lifeline: term(
    {
      name: '生命线',
      meaning: '水、电、气、通信、道路等维持城市运转的网络；一条断了，靠它的也会停。',
    },
    {
      name: 'Lifeline',
      meaning:
        'A network a city lives by: power, water, gas, telecom, roads. What needs it stops when it does.',
    },
  ),
  asset: term(
    {
      name: '设施',
      meaning: '城市里会坏的东西：变电站、管段、桥、医院、基站……每个有编号、位置和所属生命线。',
    },
    {
      name: 'Asset',
      meaning:
        'A thing that can fail: a substation, a pipe, a bridge, a hospital. Each has an id, a place and a lifeline.',
    },
  ),
  zone: term(
    {
      name: '分区',
      meaning: '人住的地方，从全市到区、街道、社区、网格，逐级包含。人口记在最小一级上。',
    },
    {
      name: 'Zone',
      meaning:
        'Where people live, nested from the city to district, street, community and grid cell.',
    },
  ),
  need: term(
    {
      name: '依赖',
      meaning: '一个设施要别的设施供给才能工作，例如水泵要电；可有备用时长和人工启动。',
    },
    {
      name: 'Need',
      meaning:
        'What an asset must be given to work, as a pump needs power; maybe with a backup and a manual start.',
    },
  ),
  n1: term(
    {
      name: '单独失效（N-1）',
      meaning:
        '只有这一个设施坏、其余完好时，会有多少人失去服务。按各生命线相加，一人失去两样计两次。',
    },
    {
      name: 'Failing alone (N-1)',
      meaning:
        'People who lose service when only this asset fails and all else is whole. Summed over lifelines: who loses two counts twice.',
    },
  ),
  knockout: term(
    {
      name: '若它不坏（配对敲除）',
      meaning:
        '同一次打击、同样的抽样，只让这个设施不坏，少损失多少人时。区间含 0 表示分不清有没有作用。',
    },
    {
      name: 'Had it held (paired knock-out)',
      meaning:
        'Person-hours spared if the same strike, on the same draws, could not take this asset out. Bounds that include 0: no effect can be told.',
    },
  ),
  single_point: term(
    { name: '单点故障', meaning: '单独坏掉就会让人断供的设施。' },
    {
      name: 'Single point of failure',
      meaning: 'An asset whose failure alone leaves people without service.',
    },
  ),
  person_hours: term(
    { name: '人时', meaning: '断供人数乘以断供小时。1 万人停 3 小时是 3 万人时。' },
    {
      name: 'Person-hours',
      meaning:
        'People without service times hours. 10,000 people for 3 hours are 30,000 person-hours.',
    },
  ),
  robustness: term(
    { name: '最低供应', meaning: '全过程中供得上的人占比的最低点。' },
    { name: 'Robustness', meaning: 'The lowest share of people served at any time of the run.' },
  ),
  recovery: term(
    {
      name: '恢复时间',
      meaning: '从打击起到供应回到 50%、90%、100% 并保持的时间；给出样本的中位数和范围。',
    },
    {
      name: 'Time to recover',
      meaning:
        'Hours from the strike until 50, 90 or 100 % are served for good; the median sample and its range.',
    },
  ),
  samples: term(
    { name: '样本', meaning: '同一情景反复抽取损坏的次数。越多，均值越稳；区间会给出还差多少。' },
    {
      name: 'Samples',
      meaning:
        'How many times damage is drawn for one scenario. More make the mean steadier; the bounds say how steady.',
    },
  ),
  seed: term(
    { name: '种子', meaning: '随机抽取的起点。同城市、同情景、同样本数、同种子，结果逐位相同。' },
    {
      name: 'Seed',
      meaning:
        'Where the random draws begin. Same city, scenario, samples and seed give the same result, bit for bit.',
    },
  ),
  band: term(
    { name: '范围带', meaning: '浅色是 90% 样本所在，深色是中间一半，线是均值。' },
    {
      name: 'Band',
      meaning: 'Light: where 90 % of samples lie. Dark: the middle half. The line is the mean.',
    },
  ),
  exceedance: term(
    { name: '超越概率', meaning: '损失达到或超过某个数的可能性。' },
    { name: 'Exceedance', meaning: 'How likely a loss is to reach or pass a figure.' },
  ),
  return_period: term(
    { name: '重现期', meaning: '平均多少年遇到一次这么大或更大的损失；百年一遇即每年 1%。' },
    {
      name: 'Return period',
      meaning:
        'Years, on average, between losses this large or larger; once in 100 years is 1 % a year.',
    },
  ),
  gini: term(
    { name: '基尼系数', meaning: '0 表示人人等得一样久；越近 1，断供越集中在少数人身上。' },
    {
      name: 'Gini',
      meaning: '0: everybody waits equally long. Near 1: a few bear nearly all of the outage.',
    },
  ),
  crews: term(
    {
      name: '抢修队',
      meaning: '谁去修、带什么备件、从哪出发。没有指定时，按设施的恢复曲线算修复时间。',
    },
    {
      name: 'Crews',
      meaning:
        'Who mends, with which parts, from where. Without them, restoration curves say how long a repair takes.',
    },
  ),
  measure: term(
    {
      name: '措施',
      meaning: '能花钱做的事：加固、备用电源、联络线、新站。每项有造价，效果靠重算同一批样本得出。',
    },
    {
      name: 'Measure',
      meaning:
        'What money can do: harden, back up, tie, build. Each has a cost; its effect comes from running the same samples again.',
    },
  ),
  budget: term(
    {
      name: '预算',
      meaning: '最多能花多少。系统在预算内挑选合起来省得最多的一组措施，并用新样本复核。',
    },
    {
      name: 'Budget',
      meaning:
        'The most that may be spent. The set that saves most together is chosen, then checked on fresh samples.',
    },
  ),
  measured: term(
    { name: '实测', meaning: '数据来源里就有的值。' },
    { name: 'Measured', meaning: 'A value that stands in the source.' },
  ),
  inferred: term(
    { name: '推断', meaning: '来源没说，按规则补上的值；规则写在旁边。' },
    {
      name: 'Inferred',
      meaning: 'A value the source does not give, filled in by a rule that is named beside it.',
    },
  ),
  synthetic: term(
    { name: '合成', meaning: '为演示生成的值，不代表真实城市。' },
    { name: 'Synthetic', meaning: 'A value made for a demonstration; it stands for no real city.' },
  ),
  finding: term(
    { name: '检查发现', meaning: '城市数据里的毛病：错误必须改才能推演，警告值得看，提示供参考。' },
    {
      name: 'Finding',
      meaning:
        "A fault in the city's data: errors stop a run, warnings deserve a look, notes are worth knowing.",
    },
  ),
  level_reach: term(
    { name: '连通级', meaning: '只要与电源、水源等连着且在运行就算供得上，不算容量，因此偏乐观。' },
    {
      name: 'Level reach',
      meaning:
        'What is connected to a working source counts as supplied. No capacity, so it is optimistic.',
    },
  ),
  what_if: term(
    { name: '失效推想', meaning: '假如这些设施坏了而且没人去修，立刻算出谁会断供。' },
    {
      name: 'What if this fails',
      meaning: 'Assume these assets fail and nobody mends them: who loses service, at once.',
    },
  ),
  fragility: term(
    {
      name: '易损性',
      meaning: '多大的震动、风或水深会让这类设施坏，写成概率曲线；中值越大越结实。',
    },
    {
      name: 'Fragility',
      meaning:
        'How likely a kind of asset is to be damaged by so much shaking, wind or water; a higher median is stronger.',
    },
  ),
  fresh: term(
    {
      name: '新样本复核',
      meaning: '挑选时没用过的样本。选中的组合在挑选的样本上往往看着偏好，换新样本才见真章。',
    },
    {
      name: 'Fresh samples',
      meaning:
        'Samples the choice never saw. The winner among many looks better than it is on those it was chosen by.',
    },
  ),
  level_balance: term(
    {
      name: '平衡级',
      meaning: '在连通级之上，按孤岛算容量够不够，不够就按优先级切除。仍不是潮流或水力计算。',
    },
    {
      name: 'Level balance',
      meaning:
        'Above level reach: capacity against demand in each island, shedding by priority. Still no flow analysis.',
    },
  ),
} as const

export type TermId = keyof typeof TERMS
