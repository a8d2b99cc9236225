// A panel drawn by the component that @grafana/ui has for its type.
import { dateTime, getFieldDisplayValues } from '@grafana/data';
import {
  BigValue, BigValueColorMode, BigValueGraphMode, BigValueJustifyMode, BigValueTextMode,
  PanelChrome, TimeSeries,
} from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';

function Figure({ panel, frames, width, height, theme }) {
  const [found] = getFieldDisplayValues({
    data: frames, fieldConfig: panel.fieldConfig, reduceOptions: { calcs: ['lastNotNull'] },
    replaceVariables: (text) => text, theme, timeZone: 'utc',
  });
  return (
    <BigValue
      value={found.display} width={width} height={height} theme={theme}
      colorMode={BigValueColorMode.BackgroundSolid} graphMode={BigValueGraphMode.None}
      justifyMode={BigValueJustifyMode.Auto} textMode={BigValueTextMode.Value}
    />
  );
}

function Listing({ panel, frames, width, height }) {
  const { sortBy } = panel.options;
  return (
    <TableNG
      data={frames[0]} width={width} height={height} cellHeight="sm" structureRev={1}
      sortBy={sortBy} sortByBehavior="initial" enableVirtualization={false}
    />
  );
}

function Lines({ panel, frames, width, height, range }) {
  const timeRange = {
    from: dateTime(range.from * 1000), to: dateTime(range.to * 1000),
    raw: { from: 'now-7d', to: 'now' },
  };
  return (
    <TimeSeries
      frames={frames} width={width} height={height} timeRange={timeRange} timeZone="utc"
      legend={panel.options.legend}
    />
  );
}

const BY_TYPE = { stat: Figure, table: Listing, timeseries: Lines };

export const isDrawn = (panel) => panel.type in BY_TYPE;

export function Panel({ panel, frames, width, height, range, theme }) {
  const Drawn = BY_TYPE[panel.type];
  return (
    <PanelChrome title={panel.title} width={width} height={height}>
      {(innerWidth, innerHeight) => (
        <Drawn panel={panel} frames={frames} width={innerWidth} height={innerHeight} range={range} theme={theme} />
      )}
    </PanelChrome>
  );
}
