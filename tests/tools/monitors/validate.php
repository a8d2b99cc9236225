<?php
// Reads a template as the import of Zabbix's frontend does, without its database.
// php validate.php FRONTEND TEMPLATE.json

error_reporting(E_ALL & ~E_DEPRECATED);
[, $root, $template] = $argv;

$classes = [];
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator("$root/include/classes")) as $file) {
    $classes[$file->getBasename('.php')] = $file->getPathname();
}
spl_autoload_register(function (string $name) use ($classes): void {
    if (isset($classes[$name])) {
        require $classes[$name];
    }
});
foreach (['defines', 'func', 'gettextwrapper', 'items', 'triggers', 'translateDefines'] as $name) {
    require_once "$root/include/$name.inc.php";
}

$wrong = [];
$data = json_decode(file_get_contents($template), true, 512, JSON_THROW_ON_ERROR);
$versions = new CRegistryFactory(['6.0' => fn () => new C60XmlValidator('yaml')]);
(new CXmlValidator($versions, 'yaml'))->setStrict(true)->validate($data, '');

$expressions = new CExpressionParser(['usermacros' => true, 'lldmacros' => true]);
$functions = new CExpressionValidator(['usermacros' => true, 'lldmacros' => true]);
$keys = new CItemKey();
$read = 0;
array_walk_recursive($data, function ($value, $name) use ($expressions, $functions, $keys, &$wrong, &$read): void {
    if ($name === 'expression') {
        $read++;
        if ($expressions->parse($value) !== CParser::PARSE_SUCCESS) {
            $wrong[] = "$value: ".$expressions->getError();
        }
        elseif (!$functions->validate($expressions->getResult()->getTokens())) {
            $wrong[] = "$value: ".$functions->getError();
        }
    }
    elseif ($name === 'key') {
        $read++;
        if ($keys->parse($value) !== CParser::PARSE_SUCCESS) {
            $wrong[] = "$value: no key";
        }
    }
});
foreach ($wrong as $each) {
    echo "$each\n";
}
exit($wrong || $read < 30 ? 1 : 0);
