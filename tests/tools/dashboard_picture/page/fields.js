// What a panel says of its fields, applied by Grafana's own library.
import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  FieldConfigOptionsRegistry,
  identityOverrideProcessor,
  standardTransformers,
  standardTransformersRegistry,
  thresholdsOverrideProcessor,
  transformDataFrame,
  valueMappingsOverrideProcessor,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';

const STANDARD = {
  unit: identityOverrideProcessor,
  decimals: identityOverrideProcessor,
  min: identityOverrideProcessor,
  max: identityOverrideProcessor,
  noValue: identityOverrideProcessor,
  color: identityOverrideProcessor,
  displayName: identityOverrideProcessor,
  thresholds: thresholdsOverrideProcessor,
  mappings: valueMappingsOverrideProcessor,
};
const CUSTOM = [
  'cellOptions', 'align', 'width', 'minWidth', 'drawStyle', 'lineWidth', 'lineInterpolation',
  'fillOpacity', 'fillBelowTo', 'hideFrom.viz', 'barAlignment', 'showPoints', 'stacking', 'thresholdsStyle',
];

const property = (id, path, process, isCustom) => ({
  id, path, process, isCustom, name: id, override: () => null, editor: () => null,
  shouldApply: () => true,
});

const registry = new FieldConfigOptionsRegistry(() => [
  ...Object.entries(STANDARD).map(([id, process]) => property(id, id, process, false)),
  ...CUSTOM.map((path) => property(`custom.${path}`, path, identityOverrideProcessor, true)),
]);

standardTransformersRegistry.setInit(() =>
  [standardTransformers.mergeTransformer, standardTransformers.organizeFieldsTransformer].map(
    (transformer) => ({ ...transformer, transformation: async () => transformer }),
  ),
);

export async function prepared(panel, frames, theme) {
  const joined = await firstValueFrom(transformDataFrame(panel.transformations ?? [], frames));
  const found = applyFieldOverrides({
    data: joined,
    fieldConfig: panel.fieldConfig,
    fieldConfigRegistry: registry,
    replaceVariables: (text) => text,
    theme,
    timeZone: 'utc',
  });
  cacheFieldDisplayNames(found);
  return found;
}
