// The overview as a page: the panels of the committed dashboard with what Prometheus says to them.
import { createTheme, ThemeContext } from '@grafana/data';
import { GlobalStyles, PortalContainer, Text } from '@grafana/ui';
import { createRoot } from 'react-dom/client';

import dashboard from '../../../../grafana/dashboards/overview.json';
import { framesOf } from './ask.js';
import { prepared } from './fields.js';
import { isDrawn, Panel } from './panels.jsx';

const COLUMN = 66;
const ROW = 38;
const GAP = 8;
const DAYS = 7 * 86400;

const asked = new URLSearchParams(window.location.search);
const to = Number(asked.get('at'));
const range = { prometheus: asked.get('prometheus'), from: to - DAYS, to };
const theme = createTheme({ colors: { mode: 'dark' } });

// A fleet is looked at in its own present, which is not that of the machine that draws it.
const RealDate = Date;
const ahead = to * 1000 - RealDate.now();
window.Date = class extends RealDate {
  constructor(...given) {
    given.length ? super(...given) : super(RealDate.now() + ahead);
  }
  static now() {
    return RealDate.now() + ahead;
  }
};

async function ready(panel) {
  const frames = isDrawn(panel) ? await prepared(panel, await framesOf(panel, range), theme) : [];
  return { panel, frames };
}

// What is left out leaves no hole: all below it moves up.
function movedUp(panels) {
  const left = panels.filter((panel) => !isShown(panel)).map((panel) => panel.gridPos);
  return panels.filter(isShown).map((panel) => {
    const above = left.filter((place) => place.y < panel.gridPos.y);
    const y = above.reduce((rest, place) => rest - place.h, panel.gridPos.y);
    return { ...panel, gridPos: { ...panel.gridPos, y } };
  });
}

const isShown = (panel) => panel.type === 'row' || isDrawn(panel);

function Place({ panel, frames }) {
  const { x, y, w, h } = panel.gridPos;
  const place = { position: 'absolute', left: x * COLUMN + GAP, top: y * ROW + GAP };
  const size = { width: w * COLUMN - GAP, height: h * ROW - GAP };
  return (
    <div style={place}>
      {panel.type === 'row' ? (
        <Text element="h2" variant="h5">{panel.title}</Text>
      ) : (
        <Panel panel={panel} frames={frames} range={range} theme={theme} {...size} />
      )}
    </div>
  );
}

const panels = await Promise.all(movedUp(dashboard.panels).map(ready));
createRoot(document.getElementById('page')).render(
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    {panels.map((each) => (
      <Place key={each.panel.id} {...each} />
    ))}
    <PortalContainer />
  </ThemeContext.Provider>,
);
