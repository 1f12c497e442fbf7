/** Names of what may be said of hazards, and of their choices. */
import { defineWords } from '@/words/define'

const FIELD: Record<string, [zh: string, en: string]> = {
  name: ['名称', 'Name'], start_h: ['何时开始', 'Begins at'], point: ['震源（点）', 'Focus (a point)'],
  trace: ['断层迹线', 'Fault trace'], plane: ['断层面', 'Fault plane'], lon: ['经度', 'Longitude'],
  lat: ['纬度', 'Latitude'], depth_km: ['深度', 'Depth'], ends: ['两端', 'Ends'], dip_deg: ['倾角', 'Dip'],
  top_km: ['上缘深度', 'Depth of the top'], width_km: ['宽度', 'Width'], length_km: ['长度', 'Length'],
  strike_deg: ['走向', 'Strike'], magnitude: ['震级', 'Magnitude'], magnitudes: ['几个震级及权重', 'Several magnitudes'],
  weight: ['权重', 'Weight'], weights: ['权重', 'Weights'], recurrence: ['震级频度', 'Recurrence'], b: ['b 值', 'b'],
  least: ['最小', 'Least'], most: ['最大', 'Most'], bins: ['分几档', 'Bins'], mechanism: ['断层类型', 'Mechanism'],
  relation: ['衰减关系', 'Relation'], region: ['衰减地区', 'Region of attenuation'], vs30_m_s: ['场地 Vs30', 'Vs30 of the ground'],
  vs30_table: ['Vs30 表', 'Table of Vs30'], scatter: ['离散', 'Scatter'], soil: ['场地变化', 'Ground'],
  liquefaction: ['砂土液化', 'Liquefaction'], susceptibility: ['易液化程度', 'Susceptibility'], raster: ['栅格', 'Raster'],
  zones: ['分区表', 'Table of zones'], groundwater_m: ['地下水位', 'Groundwater'],
  track: ['台风路径', 'Track'], averaging: ['风速时距', 'Averaging of the wind'], ambient_hpa: ['外围气压', 'Pressure around'],
  roughness_m: ['地面粗糙度', 'Roughness of land'], landfall: ['登陆时刻', 'Landfall'], step_min: ['步长', 'Step'],
  fastest_m_s: ['最快移速', 'Fastest'], at: ['线路取值', 'Where a line feels it'], spread: ['不确定性', 'Spread'],
  cross_track_km: ['路径偏差', 'Sideways error'], tracks: ['几条路径', 'Tracks'], wind: ['风速偏差（比例）', 'Error of wind'],
  winds: ['几档风速', 'Winds'], storm: ['暴雨强度公式', 'Storm formula'], return_period_a: ['重现期（年）', 'Return period (years)'],
  duration_min: ['历时', 'Duration'], peak_ratio: ['雨峰位置', 'Place of the peak'], gauge: ['雨量记录', 'Gauge'],
  ground: ['下垫面', 'Ground'], landcover: ['用城市的土地覆盖', 'Use the land cover'], drainage_mm_h: ['排水能力', 'Drainage'],
  drainage_zones: ['按分区排水', 'Drainage by zone'], level: ['分区级别', 'Level of zones'],
  open_water_below_m: ['此高程以下是水面', 'Open water below'], holes: ['地形空洞', 'Holes in the terrain'],
  uncovered: ['地形以外的设施', 'Assets off the terrain'], reach: ['河段', 'Reach'], stage_m: ['水位', 'Stage'],
  stands_h: ['持续', 'Stands for'], hydrograph: ['水位过程', 'Hydrograph'], path: ['文件', 'File'],
  time: ['时间列', 'Column of time'], depth: ['雨量列', 'Column of depth'], stage: ['水位列', 'Column of stage'],
  points: ['沿线的点', 'Points along it'], ids: ['设施编号', 'Ids of assets'], x: ['经度列', 'Column of x'], y: ['纬度列', 'Column of y'],
  crs: ['坐标系', 'System of coordinates'], lifeline: ['生命线', 'Lifeline'], lifelines: ['生命线', 'Lifelines'],
  kinds: ['设施类型', 'Kinds'], hours: ['停用', 'Out for'], targets: ['打击对象', 'Targets'], probability: ['失效概率（0–1）', 'Probability (0–1)'],
  state: ['损坏等级', 'Damage state'], worst: ['最要紧的几处', 'How many'], by: ['按什么排', 'By'], radius_m: ['影响半径', 'Radius'],
  explosion: ['爆炸', 'Explosion'], tnt_kg: ['TNT 当量', 'TNT'], fuel_kg: ['燃料', 'Fuel'], heat_mj_kg: ['热值 MJ/kg', 'Heat, MJ/kg'],
  yield_share: ['爆炸效率', 'Yield'], plume: ['有毒气体扩散', 'Toxic plume'], substance: ['物质', 'Substance'],
  rate_kg_s: ['泄漏速率 kg/s', 'Release, kg/s'], release_min: ['泄漏时长', 'Release lasts'], height_m: ['泄漏高度', 'Height'],
  wind_m_s: ['风速', 'Wind'], wind_from_deg: ['风从何方来', 'Wind from'], stability: ['大气稳定度', 'Stability'],
  terrain: ['地面', 'Terrain'], threshold: ['浓度限值', 'Threshold'], threshold_ppm: ['限值 ppm', 'Threshold, ppm'],
  clearing_min: ['清场时间', 'Clearing'], temperatures_c: ['逐步气温', 'Temperatures'], series: ['气温文件', 'File of temperatures'],
  step_h: ['每步', 'Step'], peak_factor: ['日峰值倍数', 'Peak over mean'], trips_at: ['超过多少负载跳闸', 'Trips at a loading of'],
  sensitivities: ['敏感度文件', 'Sensitivities'], systems: ['被攻破的系统', 'Systems'], owner: ['归属', 'Owner'], controller: ['控制者', 'Controller'],
  absent_share: ['逐周缺勤比例', 'Share absent by week'], epidemic: ['疫情', 'Epidemic'], r0: ['基本再生数 R₀', 'R₀'],
  latent_d: ['潜伏（天）', 'Latent (days)'], infectious_d: ['传染（天）', 'Infectious (days)'], first_share: ['最初感染比例', 'Infected at first'],
  absent_d: ['缺勤（天）', 'Absent (days)'], hospital_share: ['住院比例', 'To hospital'], hospital_d: ['住院（天）', 'In hospital (days)'],
  staff: ['值守', 'Staff'], people: ['人数', 'People'], needed_share: ['最少到岗比例', 'Share needed'],
  measure: ['强度指标', 'Measure'], measures: ['强度指标', 'Measures'], unit: ['单位', 'Unit'], column: ['列', 'Column'], band: ['波段', 'Band'],
  events: ['场次', 'Events'], file: ['文件名式样', 'Pattern of files'], method: ['插值', 'Interpolation'], within_m: ['范围外容许', 'Tolerance outside'],
  outside: ['范围外', 'Outside'], restore: ['修复', 'Repair'],
} // prettier-ignore

const CHOICE: Record<string, [zh: string, en: string]> = {
  never: ['期内不恢复', 'never within the run'], unspecified: ['未定', 'unspecified'], strike_slip: ['走滑', 'strike-slip'],
  normal: ['正断', 'normal'], reverse: ['逆断', 'reverse'], bssa14: ['BSSA14', 'BSSA14'], global: ['全球平均', 'global'],
  china_turkey: ['中国、土耳其', 'China, Turkey'], japan_italy: ['日本、意大利', 'Japan, Italy'], full: ['完整', 'full'], none: ['无', 'none'],
  varied: ['各处不同', 'varied'], uniform: ['各处相同', 'uniform'], very_low: ['很低', 'very low'], low: ['低', 'low'], moderate: ['中等', 'moderate'],
  high: ['高', 'high'], very_high: ['很高', 'very high'], '1-min': ['1 分钟（美国）', '1 min (JTWC, NHC)'], '2-min': ['2 分钟（中国气象局）', '2 min (CMA)'],
  '3-min': ['3 分钟', '3 min'], '10-min': ['10 分钟（日本、WMO）', '10 min (JMA, WMO)'], midpoint: ['中点', 'midpoint'], max: ['最大处', 'greatest'],
  open: ['水可流走', 'open'], wall: ['当作墙', 'wall'], refuse: ['不让推演', 'refuse'], dry: ['算作不淹', 'dry'], people: ['断供人数', 'people'],
  degree: ['连线数', 'links'], capacity: ['容量', 'capacity'], downstream: ['下游设施数', 'downstream'], rural: ['郊野', 'rural'], urban: ['城区', 'urban'],
  independent: ['各自独立', 'independent'], together: ['同时', 'together'], linear: ['线性', 'linear'], nearest: ['最近点', 'nearest'], zero: ['当作 0', 'zero'],
  city: ['全市', 'city'], district: ['区', 'district'], street: ['街道', 'street'], community: ['社区', 'community'], grid: ['网格', 'grid'],
  class: ['按修复类别', 'by its class'], mm: ['毫米', 'mm'], cm: ['厘米', 'cm'], in: ['英寸', 'in'],
} // prettier-ignore

function of(table: Record<string, [string, string]>, n: 0 | 1): Record<string, string> {
  return Object.fromEntries(Object.entries(table).map(([key, said]) => [key, said[n]]))
}

export const fieldWords = defineWords({
  zh: { field: of(FIELD, 0), choice: of(CHOICE, 0) },
  en: { field: of(FIELD, 1), choice: of(CHOICE, 1) },
})
