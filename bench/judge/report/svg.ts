import { init, type EChartsCoreOption } from 'echarts';

/** A plot as the text of an SVG. */
export function svg(option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 1100, height: 640 });
  chart.setOption({ animation: false, backgroundColor: '#fff', ...option });
  const drawn = chart.renderToSVGString();
  chart.dispose();
  return drawn;
}
